/** Why AWS started no instance, read off its own sentence. */
export interface LaunchTrouble {
  /** `later`: room may come; `never`: asking again cannot help; `unknown`: a sentence we have not met. */
  readonly hope: 'later' | 'never' | 'unknown';
  readonly code: 'aws.no-capacity' | 'aws.quota' | 'aws.launch-refused' | 'aws.launch-failed';
  readonly advice: string;
}

const refused = (words: RegExp, advice: string): readonly [RegExp, LaunchTrouble] => [
  words,
  { hope: 'never', code: 'aws.launch-refused', advice: `${advice}, then run the stage again.` },
];

/** In this order: "not supported in this zone" also comes with capacity answers of some types. */
const TROUBLES: ReadonlyArray<readonly [RegExp, LaunchTrouble]> = [
  [
    /insufficient.*capacity|do not have sufficient|no spot capacity|SpotMaxPriceTooLow|max spot instance count/i,
    { hope: 'later', code: 'aws.no-capacity', advice: 'Add another instance type or zone, or try again later.' },
  ],
  [
    /InsufficientFreeAddresses|not enough free addresses/i,
    {
      hope: 'later',
      code: 'aws.no-capacity',
      advice: 'Add a subnet with free addresses to the stage, or remove what holds addresses in this one.',
    },
  ],
  [
    /VcpuLimit|vCPU (limit|capacity)|instance limit|LimitExceeded/i,
    {
      hope: 'never',
      code: 'aws.quota',
      advice: 'Ask for a higher quota in the Service Quotas console or remove instances, then run the stage again.',
    },
  ],
  refused(
    /ami-\S+.*(not exist|invalid|no longer)|AMI.*(not (be )?found|not exist|invalid)|InvalidAMI|image id.*not exist/i,
    'Name an image that exists in this region and is shared with this account',
  ),
  refused(/security group.*not exist|InvalidGroup/i, 'Name security groups that exist in the network of the subnets'),
  refused(/subnet.*not exist|InvalidSubnet/i, 'Name subnets that exist in this region'),
  refused(/key pair.*not exist|InvalidKeyPair/i, 'Name a key pair that exists in this region'),
  refused(/IamInstanceProfile|instance profile/i, 'Name an instance profile that exists in this account'),
  refused(
    /KMS|Client\.InternalError|Client error on launch/i,
    'Allow the service-linked role of Auto Scaling to use the key that encrypts the volumes, or choose another key',
  ),
  refused(
    /not authorized|Unauthorized|AccessDenied/i,
    'Allow what AWS names to the service-linked role of Auto Scaling, or to the role of this account',
  ),
  refused(/launch template.*not/i, 'Deploy a new server group: the launch template of this one is gone'),
  refused(/architecture/i, 'Choose an instance type that runs the architecture of the image'),
  refused(/not supported|Unsupported/i, 'Choose an instance type that these zones offer, or other zones'),
];

const STRANGE: LaunchTrouble = {
  hope: 'unknown',
  code: 'aws.launch-failed',
  advice: 'Correct what AWS names, then run the stage again.',
};

/** What a failed launch means. */
export const launchTrouble = (words: string): LaunchTrouble =>
  TROUBLES.find(([pattern]) => pattern.test(words))?.[1] ?? STRANGE;

/** AWS's code inside its sentence ("Client.InternalError", "VcpuLimitExceeded"); null where it gives none. */
export const codeIn = (words: string): string | null =>
  /\b(?:Client|Server)\.[A-Z]\w+|\b[A-Z]\w+\.(?:NotFound|Unavailable|Malformed)\b|\b[A-Z][a-z]+[A-Z]\w*(?:Exceeded|Capacity|Operation|InSubnet|TooLow)\b/.exec(
    words,
  )?.[0] ?? null;

export {
  DeleteParameter$,
  DescribeInstanceInformation$,
  GetCommandInvocation$,
  GetParameter$,
  GetParameters$,
  GetParametersByPath$,
  ListCommands$,
  PutParameter$,
  SendCommand$,
} from '@aws-sdk/client-ssm';

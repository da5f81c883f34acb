/** A session made by AssumeRole. */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiresAt: number;
  account: string;
  roleArn: string;
  roleId: string;
  sessionName: string;
}

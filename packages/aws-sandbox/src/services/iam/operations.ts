export {
  GetInstanceProfile$,
  GetRole$,
  GetUser$,
  ListAccountAliases$,
  ListInstanceProfiles$,
  ListRoles$,
} from '@aws-sdk/client-iam';

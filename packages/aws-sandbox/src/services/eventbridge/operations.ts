export {
  DeleteRule$,
  DescribeRule$,
  DisableRule$,
  EnableRule$,
  ListRuleNamesByTarget$,
  ListRules$,
  ListTargetsByRule$,
  PutEvents$,
  PutRule$,
  PutTargets$,
  RemoveTargets$,
  TestEventPattern$,
} from '@aws-sdk/client-eventbridge';

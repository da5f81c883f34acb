import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField } from '../../kit/fields.ts';

export const modifyAwsScalingProcessStage = defineStage({
  type: 'modifyAwsScalingProcess',
  version: 1,
  provider: 'aws',
  label: 'Modify scaling process',
  description: 'Suspends or resumes processes of a server group.',
  group: 'Cluster',
  icon: 'pause-circle',
  context: z.looseObject({
    ...targetFields,
    action: describeField(z.enum(['suspend', 'resume']), {
      label: 'Action',
      help: 'Suspend or resume.',
      widget: 'select',
      group: 'Processes',
      required: true,
    }),
    processes: describeField(z.array(z.string().min(1).max(100)).min(1).max(20), {
      label: 'Processes',
      help: 'Launch, Terminate, AddToLoadBalancer, AlarmNotification, AZRebalance, HealthCheck, InstanceRefresh, ReplaceUnhealthy or ScheduledActions.',
      group: 'Processes',
      required: true,
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  clearOnRestart: ['chosenServerGroups'],
});

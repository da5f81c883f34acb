import { type Actor, defineSignal, defineStage, type SignalTarget, type SignalVerdict } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, optionalText, textList } from '../../kit/fields.ts';

const optionSchema = z.looseObject({ value: z.coerce.string().max(1_000) });

const judgmentBody = z.looseObject({
  judgmentStatus: z.string().max(20),
  judgmentInput: z.string().max(1_000).nullish(),
  comment: z.string().max(4_000).nullish(),
  reason: z.string().max(4_000).nullish(),
});

const ruleSchema = z.looseObject({
  judgmentInputs: z.array(optionSchema).nullish(),
  selectedStageRoles: z.array(z.string()).nullish(),
  requiredJudgmentRoles: z.array(z.string()).nullish(),
  approvals: z.looseObject({ distinctFromTriggerUser: z.boolean().nullish() }).nullish(),
});

const notByTheStarter = flag({
  label: 'Another person than the starter',
  help: 'Who started the execution may not judge it.',
});

const refuse = (status: 400 | 403, message: string, field?: string): SignalVerdict => ({
  refuse: { status, message, field },
});

/** Roles one of which a judge must hold; empty when anybody may judge. */
function rolesOf(rule: z.infer<typeof ruleSchema>): readonly string[] {
  return rule.requiredJudgmentRoles?.length ? rule.requiredJudgmentRoles : (rule.selectedStageRoles ?? []);
}

function decide(body: z.infer<typeof judgmentBody>, stage: SignalTarget, actor: Actor): SignalVerdict {
  const verdict = body.judgmentStatus.toLowerCase();
  if (verdict !== 'continue' && verdict !== 'stop')
    return refuse(400, `A judgment is "continue" or "stop", not "${body.judgmentStatus}".`, 'judgmentStatus');
  const parsed = ruleSchema.safeParse(stage.context);
  if (!parsed.success)
    return refuse(400, 'The rules of this judgment cannot be read; its stage has to be mended first.');
  const rule = parsed.data;
  const roles = rolesOf(rule);
  if (roles.length > 0 && !roles.some((role) => actor.roles.includes(role)))
    return refuse(403, `Only people with one of these roles may judge: ${roles.join(', ')}.`);
  if (rule.approvals?.distinctFromTriggerUser && stage.trigger['user'] === actor.user)
    return refuse(403, 'The person who started this execution may not judge it.');
  const offered = (rule.judgmentInputs ?? []).map((option) => option.value);
  if (body.judgmentInput && !offered.includes(body.judgmentInput))
    return refuse(
      400,
      `"${body.judgmentInput}" is not offered. Offered: ${offered.join(', ') || 'nothing'}.`,
      'judgmentInput',
    );
  const comment = body.comment || body.reason;
  return {
    accept: {
      judgmentStatus: verdict,
      ...(body.judgmentInput ? { judgmentInput: body.judgmentInput } : {}),
      ...(comment ? { judgmentComment: comment } : {}),
      lastModifiedBy: actor.user,
    },
  };
}

/** A person's decision. The first accepted one wins. */
export const judgmentSignal = defineSignal({ name: 'judgment', body: judgmentBody, once: true, decide });

export const manualJudgmentStage = defineStage({
  type: 'manualJudgment',
  version: 1,
  label: 'Manual judgment',
  description: 'Waits until a person decides whether the pipeline goes on.',
  group: 'Control',
  icon: 'user-check',
  context: z.looseObject({
    instructions: optionalText(
      {
        label: 'Instructions',
        help: 'What the person should look at before deciding. Markdown.',
        order: 1,
        widget: 'markdown',
      },
      50_000,
    ),
    judgmentInputs: describeField(z.array(optionSchema).max(100).nullish(), {
      label: 'Options',
      help: "Answers to choose from; later stages read the chosen one with #judgment('stage name').",
      order: 2,
      widget: 'options',
    }),
    selectedStageRoles: textList({
      label: 'Who may judge',
      help: 'Roles; somebody with one of them may judge. None: anybody who may run the pipeline.',
      order: 3,
      widget: 'roles',
    }),
    requiredJudgmentRoles: textList({
      label: 'Required roles',
      help: 'Takes the place of "who may judge" when not empty.',
      widget: 'hidden',
    }),
    approvals: describeField(z.looseObject({ distinctFromTriggerUser: notByTheStarter }).nullish(), {
      label: 'Four eyes',
      help: 'A second person has to look.',
      order: 4,
    }),
    propagateAuthenticationContext: flag({
      label: 'Go on as the judge',
      help: 'Later stages run with the identity of the person who decided.',
      order: 5,
    }),
    notifyEveryMs: describeField(z.coerce.number().min(0).nullish(), {
      label: 'Remind every',
      help: 'Repeats the notification until somebody decides.',
      unit: 'ms',
      order: 6,
    }),
    judgmentStatus: describeField(z.string().nullish(), {
      label: 'Decision',
      help: 'Written by the judge: continue or stop.',
      widget: 'hidden',
    }),
    judgmentInput: describeField(z.string().nullish(), {
      label: 'Chosen option',
      help: 'Written by the judge.',
      widget: 'hidden',
    }),
    judgmentComment: describeField(z.string().nullish(), {
      label: 'Comment',
      help: 'Written by the judge.',
      widget: 'hidden',
    }),
    lastModifiedBy: describeField(z.string().nullish(), { label: 'Judge', help: 'Who decided.', widget: 'hidden' }),
  }),
  outputs: z.looseObject({}),
  signals: [judgmentSignal],
  waitsForPeople: true,
  clearOnRestart: ['judgmentStatus', 'judgmentInput', 'judgmentComment', 'lastModifiedBy'],
  summary(context) {
    const status = context['judgmentStatus'];
    if (typeof status !== 'string' || status === '') return undefined;
    const by = context['lastModifiedBy'];
    const input = context['judgmentInput'];
    return `${status}${input ? ` (${String(input)})` : ''}${by ? ` by ${String(by)}` : ''}`;
  },
});

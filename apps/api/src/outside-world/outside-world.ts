import type { Http } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Question } from '@gennaker/pipeline-dsl/expressions';
import type { OutsideWorld } from '../engine/index.ts';

/** Where answers come from. */
export interface OutsideSources {
  readonly http: Http;
  readonly pipelines: {
    find(application: string, nameOrId: string): Promise<{ readonly id: string } | null>;
  };
  readonly applications: { find(name: string): Promise<JsonObject | null> };
  readonly canaryConfigs: {
    list(): Promise<ReadonlyArray<{ readonly id: string; readonly name: string; readonly content: JsonObject }>>;
  };
}

/** An expression waits this long for an address, ms. */
const PATIENCE_MS = 10_000;
/** Longest body that is read whole, in bytes; one that reaches it may have been cut. */
const LONGEST_BODY = 1_048_576;

/** Answers what expressions ask: addresses over the guarded way out, the rest from what is stored here. */
export function createOutsideWorld({ http, pipelines, applications, canaryConfigs }: OutsideSources): OutsideWorld {
  return {
    ask: async (question, abort) => {
      switch (question.kind) {
        case 'url':
          return bodyOf(http, question, abort);
        case 'pipelineId':
          return (await pipelines.find(question.application, question.name))?.id ?? null;
        case 'application':
          return attributesOf(await applications.find(question.name), question.name);
        case 'canaryConfig':
          return canaryConfigId(await canaryConfigs.list(), question);
        case 'reference':
          throw new Error('no store of artifacts is connected to this installation');
      }
    },
  };
}

async function bodyOf(http: Http, { url }: Extract<Question, { kind: 'url' }>, abort: AbortSignal): Promise<string> {
  const answer = await http.send({ method: 'GET', url, abort, timeoutMs: PATIENCE_MS });
  if (answer.status < 200 || answer.status > 299) throw new Error(`${url.slice(0, 200)} answered ${answer.status}`);
  if (Buffer.byteLength(answer.body) >= LONGEST_BODY)
    throw new Error(`${url.slice(0, 200)} answered more than 1 MB; expressions read less`);
  return answer.body;
}

function attributesOf(attributes: JsonObject | null, name: string): JsonObject {
  if (!attributes) throw new Error(`there is no application "${name.slice(0, 200)}"`);
  return attributes;
}

function canaryConfigId(
  configs: Awaited<ReturnType<OutsideSources['canaryConfigs']['list']>>,
  { name, application }: Extract<Question, { kind: 'canaryConfig' }>,
): string | null {
  const found = configs.find(({ name: candidate, content }) => {
    const { applications } = isJsonObject(content) ? content : {};
    return candidate === name && Array.isArray(applications) && applications.includes(application);
  });
  return found?.id ?? null;
}

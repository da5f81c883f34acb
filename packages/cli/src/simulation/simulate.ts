import { type CommitListener, Engine, type EngineOptions, type StartCommand } from '@gennaker/api/engine';
import { MemoryStore, shared } from '@gennaker/api/engine/in-memory';
import { type Execution, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { readSimulation, type Simulation } from './read-simulation.ts';
import { type Script, stageScript } from './script.ts';
import { ScriptedCloud } from './scripted-cloud.ts';
import { actsWithoutDeploy, executorOf, scriptedRegistry } from './scripted-stages.ts';

const MOST_TURNS = 50_000;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Plays a pipeline on the engine that runs it in production, with a store in memory, time that jumps, and the cloud of
 * the script. The same pipeline and script give the same answer, always.
 */
export async function simulate(config: JsonObject, script: Script): Promise<Simulation> {
  const { disabled, ...runnable } = config;
  const run = new SimulatedRun(runnable, script);
  if (disabled === true) run.warnings.push('The pipeline is disabled: a server would refuse to start it.');
  await run.toEnd();
  const warnings = [...run.warnings, ...run.cloud.unmetFailures()];
  return readSimulation(await run.read(), { script, calls: run.cloud.calls, warnings });
}

class SimulatedRun {
  readonly cloud: ScriptedCloud;
  readonly warnings: string[] = [];
  private readonly engine: Engine;
  private readonly store: MemoryStore;
  private readonly script: Script;
  private readonly config: JsonObject;
  private readonly judged = new Set<string>();
  /** Stages that have begun to wait for a person since the last look. */
  private asking: Stage[] = [];
  private readonly acts: Array<() => Promise<void>> = [];
  private id = '';

  constructor(config: JsonObject, script: Script) {
    this.config = config;
    this.script = script;
    this.cloud = new ScriptedCloud(script, actsWithoutDeploy(config));
    const { clock } = this.cloud.world;
    this.store = new MemoryStore(() => clock.now(), null, shared);
    this.engine = new Engine(this.engineOptions());
  }

  async read(): Promise<Execution> {
    return (await this.store.read(this.id))!;
  }

  async toEnd(): Promise<void> {
    this.id = (await this.engine.start(this.command())).id;
    const { clock } = this.cloud.world;
    for (let turns = 0; turns < MOST_TURNS; turns += 1) {
      await this.actOnNews();
      const due = (await this.store.overdue(Number.MAX_SAFE_INTEGER, 1))[0];
      const untilNext = clock.untilNext();
      const at = Math.min(
        due?.at ?? Number.POSITIVE_INFINITY,
        untilNext === null ? Number.POSITIVE_INFINITY : clock.now() + untilNext,
      );
      if (!Number.isFinite(at)) return;
      clock.advance(Math.max(0, at - clock.now()));
      if (due && due.at <= clock.now()) await this.engine.handle(due.message);
    }
    this.warnings.push('The simulation was ended: the pipeline looks again and again and does not come to an end.');
  }

  private command(): StartCommand {
    const { config, script } = this;
    const given = isJsonObject(script.trigger['parameters']) ? script.trigger['parameters'] : {};
    return {
      config,
      application: String(config['application'] ?? 'application'),
      name: String(config['name'] ?? 'pipeline'),
      pipelineConfigId: typeof config['id'] === 'string' ? config['id'] : 'simulated',
      pipelineVersion: null,
      trigger: {
        type: 'manual',
        ...expectedArtifacts(config),
        ...script.trigger,
        parameters: { ...given, ...script.parameters },
      },
      user: script.user,
      origin: 'simulation',
    };
  }

  private engineOptions(): EngineOptions {
    const { clock } = this.cloud.world;
    let ids = 0;
    return {
      store: this.store,
      queue: { wake: async () => undefined },
      clock,
      ids: { next: () => `simulated-${String(++ids).padStart(6, '0')}` },
      registry: scriptedRegistry(this.script, this.cloud),
      ports: this.cloud.world,
      listener: this.listener(),
      logger: quiet,
      workerId: 'simulation',
      windowTimeZone: this.script.timeZone,
      keptAtHand: 1,
    };
  }

  private listener(): CommitListener {
    return {
      committed: ({ events, stages }) => {
        for (const event of events)
          if (event.type === 'stage.waiting' && event.data.wait?.kind === 'person')
            this.asking.push(stages.get(event.stageId)!.stage);
      },
    };
  }

  /** Children that ended wake their stage, and people judge. */
  private async actOnNews(): Promise<void> {
    for (const stageId of this.cloud.wakes.splice(0)) await this.engine.wakeStage(this.id, stageId);
    this.callJudges();
    for (const act of this.acts.splice(0)) await act();
  }

  private callJudges(): void {
    for (const stage of this.asking.splice(0)) {
      const key = `${stage.id}/${stage.attempt}`;
      if (stage.status !== 'RUNNING' || stage.wait?.kind !== 'person' || this.judged.has(key)) continue;
      const definition = executorOf(stage)?.definition;
      if (!definition?.signals?.some(({ name }) => name === 'judgment')) continue;
      this.judged.add(key);
      const { takes = 0 } = stageScript(this.script, stage) ?? {};
      this.cloud.world.clock.in(takes, () => this.acts.push(() => this.judge(stage)));
    }
  }

  private async judge(stage: Stage): Promise<void> {
    const scripted = stageScript(this.script, stage);
    const offered = listAt(stage.context, 'judgmentInputs').map((option) =>
      isJsonObject(option) ? String(option['value']) : String(option),
    );
    const input = scripted?.input ?? offered[0];
    const roles = [...listAt(stage.context, 'requiredJudgmentRoles'), ...listAt(stage.context, 'selectedStageRoles')];
    const judgment = {
      judgmentStatus: scripted?.judgment ?? 'continue',
      ...(input === undefined ? {} : { judgmentInput: input }),
      ...(scripted?.comment === undefined ? {} : { comment: scripted.comment }),
    };
    const user = scripted?.by ?? 'judge';
    try {
      await this.engine.patchStage(this.id, stage.id, judgment, { user, roles: roles.map(String) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.warnings.push(`The judgment of "${stage.name}" was refused: ${reason}`);
    }
  }
}

const listAt = (context: JsonObject, key: string): readonly unknown[] =>
  Array.isArray(context[key]) ? context[key] : [];

/** Artifacts as the pipeline expects them, for a trigger that brings none of its own. */
function expectedArtifacts(config: JsonObject): JsonObject {
  const artifacts = listAt(config, 'expectedArtifacts').flatMap((expected) =>
    isJsonObject(expected) && isJsonObject(expected['matchArtifact']) ? [expected['matchArtifact']] : [],
  );
  return artifacts.length === 0 ? {} : { artifacts };
}

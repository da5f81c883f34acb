import * as z from 'zod';
import type { Sandbox } from '../sandbox.ts';
import { scenarioNames } from '../scenarios/named.ts';
import type { TrafficOptions } from '../traffic/report.ts';
import { ServiceError } from '../wire/service-error.ts';

/** What the control API may answer with. */
export interface ControlAnswer {
  status: number;
  type: 'application/json' | 'text/html; charset=utf-8';
  body: string;
}

const clockSchema = z.union([
  z.strictObject({ advance: z.number().min(0).describe('Milliseconds.') }),
  z.strictObject({ speed: z.number().positive().max(10_000) }),
  z.strictObject({ freeze: z.literal(true) }),
  z.strictObject({ now: z.iso.datetime() }),
]);
const resetSchema = z.strictObject({ scenario: z.unknown().optional(), seed: z.number().int().optional() });

const json = (value: unknown, status = 200): ControlAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

type Route = (sandbox: Sandbox, body: unknown, query: URLSearchParams) => ControlAnswer;

const routes: Record<string, Route> = {
  'GET /': (sandbox) => ({ status: 200, type: 'text/html; charset=utf-8', body: sandbox.page() }),
  'GET /state': (sandbox) => json(sandbox.state()),
  'GET /calls': (sandbox, _body, query) => json(sandbox.calls(Number(query.get('since') ?? '0'))),
  'GET /clock': (sandbox) => json(sandbox.clock.describe()),
  'POST /clock': (sandbox, body) => {
    const wish = clockSchema.parse(body);
    if ('advance' in wish) sandbox.clock.advance(wish.advance);
    else if ('speed' in wish) sandbox.clock.speed(wish.speed);
    else if ('freeze' in wish) sandbox.clock.freeze();
    else sandbox.clock.set(Date.parse(wish.now));
    return json(sandbox.clock.describe());
  },
  'GET /scenarios': () => json(scenarioNames),
  'GET /faults': (sandbox) => json(sandbox.faults.list()),
  'POST /faults': (sandbox, body) =>
    json({ id: sandbox.faults.add(body as Parameters<Sandbox['faults']['add']>[0]) }, 201),
  'DELETE /faults': (sandbox, _body, query) => {
    sandbox.faults.clear(query.get('id') ?? undefined);
    return json({});
  },
  'POST /do': (sandbox, body) => json(sandbox.do(body as Parameters<Sandbox['do']>[0])),
  'POST /reset': (sandbox, body) => {
    const wish = resetSchema.parse(body ?? {});
    sandbox.reset(wish as Parameters<Sandbox['reset']>[0]);
    return json({});
  },
  'GET /assert/traffic': (sandbox, _body, query) => json(sandbox.traffic(trafficOptions(query))),
  'GET /assert/leaks': (sandbox) => {
    const leaks = sandbox.leaks();
    return json({ ok: leaks.length === 0, leaks });
  },
  'POST /snapshot': (sandbox) => json(sandbox.snapshot()),
  'POST /restore': (sandbox, body) => {
    sandbox.restore(body as ReturnType<Sandbox['snapshot']>);
    return json({});
  },
};

function trafficOptions(query: URLSearchParams): TrafficOptions {
  const text = (name: string) => query.get(name) ?? undefined;
  const time = (name: string) => (query.has(name) ? Date.parse(z.iso.datetime().parse(query.get(name))) : undefined);
  return {
    listener: text('listener'),
    path: text('path'),
    host: text('host'),
    requestsPerSecond: query.has('rate') ? z.coerce.number().positive().parse(query.get('rate')) : undefined,
    from: time('from'),
    to: time('to'),
    perSecond: query.get('perSecond') === 'true',
  };
}

/** Serves a request under `/_sandbox`. */
export function serveControl(
  sandbox: Sandbox,
  method: string,
  path: string,
  query: string,
  bodyText: string,
): ControlAnswer {
  const route = routes[`${method} ${path === '' ? '/' : path}`];
  if (route === undefined) return json({ error: `There is no ${method} /_sandbox${path}` }, 404);
  try {
    return route(sandbox, bodyText === '' ? undefined : JSON.parse(bodyText), new URLSearchParams(query));
  } catch (error) {
    if (error instanceof z.ZodError) return json({ error: z.prettifyError(error) }, 400);
    if (error instanceof ServiceError) return json({ error: error.message, code: error.code }, 400);
    if (error instanceof SyntaxError) return json({ error: 'The body is not JSON' }, 400);
    return json({ error: String(error) }, 500);
  }
}

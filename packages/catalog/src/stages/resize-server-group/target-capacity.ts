import type { Capacity } from '../../kit/ports/index.ts';

/** What a resize asks for. Percentages are whole per cents. */
export interface ResizeRequest {
  readonly action?: string | null;
  readonly resizeType?: string | null;
  readonly capacity?: {
    readonly min?: number | null;
    readonly desired?: number | null;
    readonly max?: number | null;
  } | null;
  readonly scalePct?: number | null;
  readonly scaleNum?: number | null;
  readonly pinCapacity?: boolean | null;
  readonly pinMinimumCapacity?: boolean | null;
  readonly unpinMinimumCapacity?: boolean | null;
}

/** What is there now: the group, all of its cluster in the region, and the group to be like, where one is named. */
export interface Sizes {
  readonly current: Capacity;
  readonly cluster: readonly Capacity[];
  readonly source?: Capacity | null;
}

type Change = (value: number) => number;
const each = (capacity: Capacity, change: Change): Capacity => ({
  min: change(capacity.min),
  desired: change(capacity.desired),
  max: change(capacity.max),
});

const share = (value: number, pct: number): number => Math.ceil((value * pct) / 100);
const clamp = ({ min, desired, max }: Capacity): Capacity => ({
  min,
  max,
  desired: Math.min(Math.max(desired, min), max),
});
const usesPercent = (request: ResizeRequest): boolean =>
  request.resizeType === 'incr' ? false : typeof request.scalePct === 'number';

function stepped(request: ResizeRequest, current: Capacity, sign: 1 | -1): Capacity {
  const step: Change = usesPercent(request)
    ? (value) => share(value, request.scalePct ?? 0)
    : () => request.scaleNum ?? 0;
  return each(current, (value) => Math.max(0, value + sign * step(value)));
}

function largest(request: ResizeRequest, cluster: readonly Capacity[]): Capacity {
  const top = (key: keyof Capacity): number => Math.max(0, ...cluster.map((capacity) => capacity[key]));
  const desired = top('desired');
  const more = usesPercent(request) ? share(desired, request.scalePct ?? 0) : (request.scaleNum ?? 0);
  return clamp({ min: top('min'), max: top('max'), desired: desired + more });
}

/** Given numbers over the current ones. A given number wins over a kept one where they do not fit together. */
function exact(request: ResizeRequest, current: Capacity): Capacity {
  const given = request.capacity ?? {};
  let min = given.min ?? current.min;
  let max = given.max ?? current.max;
  const wanted = given.desired ?? current.desired;
  const desired =
    typeof request.scalePct === 'number' && request.resizeType !== 'exact' ? share(wanted, request.scalePct) : wanted;
  if (typeof given.desired === 'number') {
    if (typeof given.min !== 'number') min = Math.min(min, desired);
    if (typeof given.max !== 'number') max = Math.max(max, desired);
  }
  if (min > max) {
    if (typeof given.max === 'number' && typeof given.min !== 'number') min = max;
    else max = min;
  }
  return clamp({ min, desired, max });
}

function like(request: ResizeRequest, source: Capacity): Capacity {
  const desired = typeof request.scalePct === 'number' ? share(source.desired, request.scalePct) : source.desired;
  return { min: Math.min(source.min, desired), desired, max: Math.max(source.max, desired) };
}

function pinned(request: ResizeRequest, capacity: Capacity): Capacity {
  if (request.pinCapacity) return { min: capacity.desired, desired: capacity.desired, max: capacity.desired };
  return request.pinMinimumCapacity ? { ...capacity, min: capacity.desired } : capacity;
}

/** Does it only give a pinned minimum back? With another action than an exact size it also changes the size. */
export const onlyUnpins = ({ action, unpinMinimumCapacity }: ResizeRequest): boolean =>
  unpinMinimumCapacity === true && (action ?? 'scale_exact') === 'scale_exact';

/** The size a resize leads to; null when it is to be like another group and there is none. */
export function targetCapacity(request: ResizeRequest, sizes: Sizes): Capacity | null {
  const { current, cluster, source } = sizes;
  if (onlyUnpins(request)) return { ...current, min: Math.min(request.capacity?.min ?? current.min, current.min) };
  switch (request.action ?? 'scale_exact') {
    case 'scale_up':
      return pinned(request, stepped(request, current, 1));
    case 'scale_down':
      return pinned(request, stepped(request, current, -1));
    case 'scale_to_cluster':
      return pinned(request, largest(request, cluster));
    case 'scale_to_server_group':
      return source ? pinned(request, like(request, source)) : null;
    default:
      return pinned(request, exact(request, current));
  }
}

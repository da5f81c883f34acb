import '@xyflow/react/dist/base.css';
import './canvas.css';
import { shownTheme } from '@gennaker/ui-kit';
import {
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { type KeyboardEvent, memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { type Box, type Link, layoutGraph } from './layout.ts';

/** A node of the canvas: a box, its name for assistive technology, and its face. */
export interface CanvasNode extends Box {
  readonly label: string;
  readonly face: ReactNode;
  /** Thin drawing for what will not run. */
  readonly faint?: boolean;
}

export interface CanvasLink extends Link {
  readonly tone?: 'idle' | 'run' | 'done';
}

export interface CanvasProps {
  readonly label: string;
  readonly nodes: readonly CanvasNode[];
  readonly links: readonly CanvasLink[];
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  readonly onOpen?: (id: string) => void;
  /** When given, nodes can be connected by dragging from handle to node. */
  readonly onConnect?: (from: string, to: string) => void;
  readonly onDisconnect?: (from: string, to: string) => void;
  readonly canConnect?: (from: string, to: string) => boolean;
  readonly onDropType?: (type: string) => void;
  readonly onKey?: (event: KeyboardEvent) => void;
  readonly children?: ReactNode;
}

interface FaceData extends Record<string, unknown> {
  readonly face: ReactNode;
  readonly connectable: boolean;
}

const FaceNode = memo(function FaceNode({ data }: NodeProps<Node<FaceData>>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={data.connectable} />
      {data.face}
      <Handle type="source" position={Position.Right} isConnectable={data.connectable} />
    </>
  );
});

const NODE_TYPES = { face: FaceNode };

/** Moves along links: the next, previous, upper or lower neighbour of a node, or null. */
export function neighbour(
  id: string,
  key: string,
  links: readonly Link[],
  placed: ReturnType<typeof layoutGraph>,
): string | null {
  if (key === 'ArrowRight') return links.find((link) => link.from === id)?.to ?? null;
  if (key === 'ArrowLeft') return links.find((link) => link.to === id)?.from ?? null;
  const here = placed.boxes.get(id);
  if (!here || (key !== 'ArrowUp' && key !== 'ArrowDown')) return null;
  const sign = key === 'ArrowDown' ? 1 : -1;
  const column = [...placed.boxes.values()].filter(
    (box) => Math.abs(box.x + box.width / 2 - here.x - here.width / 2) < here.width / 2,
  );
  return column.filter((box) => (box.y - here.y) * sign > 0).sort((a, b) => (a.y - b.y) * sign)[0]?.id ?? null;
}

const MARGIN = 24;
const READABLE = 0.5;

/**
 * Where to look first: the whole graph when it is readable that way, else from its beginning, or at the selected node
 * when that would be out of sight.
 */
export function firstViewport(
  placed: ReturnType<typeof layoutGraph>,
  frame: { readonly width: number; readonly height: number },
  selected: string | null,
): { x: number; y: number; zoom: number } {
  const fits = Math.min((frame.width - MARGIN) / placed.width, (frame.height - MARGIN) / placed.height, 1);
  const zoom = Math.max(READABLE, fits);
  const spareX = frame.width - placed.width * zoom;
  const spareY = frame.height - placed.height * zoom;
  const at = selected === null ? undefined : placed.boxes.get(selected);
  const middle = at ? frame.width / 2 - (at.x + at.width / 2) * zoom : 0;
  const x = spareX >= 0 ? spareX / 2 : Math.min(0, Math.max(spareX, middle));
  return { x, y: spareY / 2, zoom };
}

/**
 * The viewport moved just so far that the selected node is in sight, and the whole graph where there is room for it;
 * unchanged when it already is.
 */
export function keepInSight(
  placed: ReturnType<typeof layoutGraph>,
  frame: { readonly width: number; readonly height: number },
  selected: string | null,
  viewport: { readonly x: number; readonly y: number; readonly zoom: number },
): { x: number; y: number; zoom: number } {
  const fits = placed.width * viewport.zoom <= frame.width && placed.height * viewport.zoom <= frame.height;
  const whole = { x: MARGIN / viewport.zoom, y: MARGIN / viewport.zoom };
  const at = fits
    ? { ...whole, width: placed.width - 2 * whole.x, height: placed.height - 2 * whole.y }
    : selected === null
      ? undefined
      : placed.boxes.get(selected);
  if (!at) return { ...viewport };
  const shift = (offset: number, start: number, size: number, room: number) => {
    const from = start * viewport.zoom + offset;
    const to = from + size * viewport.zoom;
    if (to > room - MARGIN) return offset - (to - room + MARGIN);
    return from < MARGIN ? offset + MARGIN - from : offset;
  };
  return {
    x: shift(viewport.x, at.x, at.width, frame.width),
    y: shift(viewport.y, at.y, at.height, frame.height),
    zoom: viewport.zoom,
  };
}

function Flow(props: CanvasProps) {
  const { nodes, links, selected, onSelect, onConnect, onDisconnect } = props;
  const shape = JSON.stringify([nodes.map((n) => [n.id, n.width, n.height]), links.map((l) => [l.from, l.to])]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape names everything the layout depends on
  const placed = useMemo(() => layoutGraph(nodes, links), [shape]);
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);

  const touched = useRef(false);
  const latest = useRef({ placed, selected });
  latest.current = { placed, selected };

  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew when the number of nodes changes, not when they move
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    touched.current = false;
    const look = () => {
      const size = { width: box.clientWidth, height: box.clientHeight };
      const now = touched.current
        ? keepInSight(latest.current.placed, size, latest.current.selected, flow.getViewport())
        : undefined;
      void flow.setViewport(now ?? firstViewport(latest.current.placed, size, latest.current.selected));
    };
    const timer = setTimeout(look, 0);
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(look);
    observer?.observe(box);
    return () => {
      clearTimeout(timer);
      observer?.disconnect();
    };
  }, [flow, nodes.length]);

  const flowNodes: Array<Node<FaceData>> = nodes.map((node) => {
    const at = placed.boxes.get(node.id);
    return {
      id: node.id,
      type: 'face',
      position: { x: at?.x ?? 0, y: at?.y ?? 0 },
      width: node.width,
      height: node.height,
      selected: node.id === selected,
      draggable: false,
      ariaLabel: node.label,
      className: node.faint ? 'canvas-node canvas-faint' : 'canvas-node',
      data: { face: node.face, connectable: onConnect !== undefined },
    };
  });
  const flowEdges: Edge[] = links.map((link) => ({
    id: `${link.from}→${link.to}`,
    source: link.from,
    target: link.to,
    className: `canvas-edge canvas-edge-${link.tone ?? 'idle'}`,
    markerEnd: {
      type: MarkerType.ArrowClosed,
      width: link.tone === 'run' ? 10 : 14,
      height: link.tone === 'run' ? 10 : 14,
      color: `var(${link.tone === 'run' ? '--run' : '--line-strong'})`,
    },
    focusable: false,
    deletable: onDisconnect !== undefined,
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    props.onKey?.(event);
    const id = (event.target as HTMLElement).closest('.react-flow__node')?.getAttribute('data-id');
    if (!id || event.defaultPrevented) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return (props.onOpen ?? onSelect)(id);
    }
    const next = event.key === 'Home' ? nodes[0]?.id : neighbour(id, event.key, links, placed);
    if (!next) return;
    event.preventDefault();
    frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the nodes, which are the controls
    <div ref={frame} className="canvas" onKeyDown={onKeyDown}>
      <ReactFlow
        aria-label={props.label}
        nodes={flowNodes}
        edges={flowEdges}
        nodeTypes={NODE_TYPES}
        colorMode={shownTheme()}
        minZoom={0.1}
        maxZoom={1.5}
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        nodesDraggable={false}
        nodesConnectable={onConnect !== undefined}
        edgesFocusable={false}
        elementsSelectable
        disableKeyboardA11y={false}
        deleteKeyCode={null}
        onlyRenderVisibleElements={nodes.length > 60}
        onMoveStart={(event) => {
          if (event) touched.current = true;
        }}
        onNodeClick={(_, node) => onSelect(node.id)}
        onNodeDoubleClick={(_, node) => props.onOpen?.(node.id)}
        onPaneClick={() => onSelect(null)}
        onConnect={(made: Connection) => onConnect?.(made.source, made.target)}
        onEdgeDoubleClick={(_, edge) => onDisconnect?.(edge.source, edge.target)}
        isValidConnection={(made) => props.canConnect?.(made.source, made.target) ?? true}
        onDragOver={(event) => {
          if (props.onDropType) event.preventDefault();
        }}
        onDrop={(event) => {
          const type = event.dataTransfer.getData('application/x-stage-type');
          if (type) props.onDropType?.(type);
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
        <Controls showInteractive={false} position="bottom-left" />
        {nodes.length >= 25 ? <MiniMap pannable zoomable position="bottom-right" /> : null}
        {props.children}
      </ReactFlow>
    </div>
  );
}

/** A graph drawn left to right; one tab stop per node, arrow keys move along links. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

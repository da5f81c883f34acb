import { Dialog, Key, Toasts } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import {
  Bell,
  Boxes,
  BrushCleaning,
  ChevronRight,
  History,
  House,
  LayoutGrid,
  type LucideIcon,
  PanelLeftClose,
  PanelLeftOpen,
  Settings,
  Snowflake,
  Workflow,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { waitingQuery } from '../client/queries.ts';
import { waitingForPeople } from '../features/execution/facts.ts';
import { ConnectionDot, NotLiveLine } from './connection-dot.tsx';
import { FreezeLines } from './freeze-line.tsx';
import { Mark } from './mark.tsx';
import { SHORTCUTS, useShortcuts } from './shortcuts.ts';
import { ThemeMenu } from './theme-menu.tsx';

const FOLD_KEY = 'gennaker.rail';
/** Below this width, px, the editor needs the room that the words of the rail take. */
const TIGHT = 1_400;

/** Folded as the person chose; until they do, folded where a graph is edited in a narrow window. */
export const isRailFolded = (chosen: string | null, path: string, width: number): boolean =>
  chosen === null ? width < TIGHT && /\/pipelines\/([^/]+\/edit|new)$/.test(path) : chosen === 'folded';

function RailLink({ icon: Icon, word, ...link }: LinkProps & { readonly icon: LucideIcon; readonly word: string }) {
  return (
    <Link {...link} activeOptions={{ exact: word === 'Home', includeSearch: false }} title={word}>
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <span className="shell-rail-word">{word}</span>
    </Link>
  );
}

function Rail({ app }: { readonly app: string | undefined }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [chosen, setChosen] = useState(() => globalThis.localStorage?.getItem(FOLD_KEY) ?? null);
  const folded = isRailFolded(chosen, path, globalThis.innerWidth);
  const fold = () => {
    const next = folded ? 'open' : 'folded';
    globalThis.localStorage?.setItem(FOLD_KEY, next);
    setChosen(next);
  };
  const FoldIcon = folded ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav className="shell-rail" aria-label={app ? `Application ${app}` : 'Main'} data-folded={folded ? '' : undefined}>
      {app ? (
        <>
          <span className="shell-rail-head gk-label gk-clip">{app}</span>
          <RailLink to="/apps/$app" params={{ app }} icon={House} word="Home" />
          <RailLink to="/apps/$app/executions" params={{ app }} icon={History} word="Executions" />
          <RailLink to="/apps/$app/pipelines" params={{ app }} icon={Workflow} word="Pipelines" />
          <RailLink to="/apps/$app/clusters" params={{ app }} icon={Boxes} word="Clusters" />
          <RailLink to="/apps/$app/freezes" params={{ app }} icon={Snowflake} word="Freezes" />
          <RailLink to="/apps/$app/settings" params={{ app }} icon={Settings} word="Settings" />
        </>
      ) : (
        <>
          <RailLink to="/apps" icon={LayoutGrid} word="Applications" />
          <RailLink to="/inbox" icon={Bell} word="Inbox" />
          <RailLink to="/settings/freezes" icon={Snowflake} word="Freezes" />
          <RailLink to="/settings/leftovers" icon={BrushCleaning} word="Leftovers" />
        </>
      )}
      <button type="button" className="shell-rail-fold" style={{ marginTop: 'auto' }} onClick={fold}>
        <FoldIcon size={16} strokeWidth={1.75} aria-hidden />
        <span className="shell-rail-word">{folded ? 'Unfold' : 'Fold'}</span>
      </button>
    </nav>
  );
}

interface Crumb {
  readonly label: string;
  readonly to: string;
}

const WORDS: Readonly<Record<string, string>> = {
  apps: 'Applications',
  inbox: 'Inbox',
  executions: 'Executions',
  pipelines: 'Pipelines',
  clusters: 'Clusters',
  freezes: 'Freezes',
  leftovers: 'Leftovers',
  settings: 'Settings',
  edit: 'Edit',
  new: 'New',
};

/** Account and region of a server group: there is no page of them. */
const isPlace = (parts: readonly string[], i: number): boolean => parts[2] === 'clusters' && (i === 3 || i === 4);

/** Crumbs of a path; ids are shortened, pages that do not exist on their own are not linked. */
export function crumbsOf(path: string): Crumb[] {
  const parts = path.split('/').filter(Boolean);
  return parts.flatMap((part, i) => {
    const isId = i === 3 && part !== 'new' && parts[2] !== 'clusters';
    const to = `/${parts.slice(0, i + 1).join('/')}`;
    const hasNoPage = isPlace(parts, i) || (i === 0 && part === 'settings');
    if ((isId && parts[2] === 'pipelines') || hasNoPage) return [];
    const text = decodeURIComponent(part);
    return [
      {
        label: isId
          ? `#${text.slice(-6).toLowerCase()}`
          : i === 1 && parts[0] === 'apps'
            ? text
            : (WORDS[part] ?? text),
        to,
      },
    ];
  });
}

function Crumbs() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const crumbs = crumbsOf(path);
  return (
    <nav aria-label="Where you are" style={{ minWidth: 0 }}>
      <ol className="shell-crumbs">
        {crumbs.map((crumb, i) => (
          <li key={crumb.to}>
            <ChevronRight size={14} aria-hidden />
            {i === crumbs.length - 1 ? (
              <span aria-current="page">{crumb.label}</span>
            ) : (
              <Link to={crumb.to as '/apps'}>{crumb.label}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function InboxBell() {
  const { data } = useQuery(waitingQuery(false));
  const count = (data ?? []).reduce((sum, execution) => sum + waitingForPeople(execution).length, 0);
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Gennaker` : 'Gennaker';
  }, [count]);
  return (
    <Link to="/inbox" className="gk-button" data-look="quiet">
      <Bell size={16} strokeWidth={1.75} aria-hidden />
      Inbox
      {count > 0 ? (
        <span className="count gk-num">
          {count}
          <span className="gk-visually-hidden"> waiting for a person</span>
        </span>
      ) : null}
    </Link>
  );
}

function ShortcutHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className="m-0 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {SHORTCUTS.map(([shown, meaning]) => (
          <div key={shown} className="contents">
            <dt className="flex gap-1">
              {shown.split(' ').map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </dt>
            <dd className="m-0 gk-row-text">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Frame of every screen: top bar, rail, the place of the screen, toasts. */
export function Shell() {
  const { app } = useParams({ strict: false });
  const navigate = useNavigate();
  const [helpOpen, setHelpOpen] = useState(false);
  useShortcuts({
    help: () => setHelpOpen(true),
    go: (place) => {
      if (place === 'i') return void navigate({ to: '/inbox' });
      if (place === 'l') return void navigate({ to: '/settings/leftovers' });
      if (place === 'z' && !app) return void navigate({ to: '/settings/freezes' });
      if (place === 'a' || !app) return void navigate({ to: '/apps' });
      if (place === 'h') void navigate({ to: '/apps/$app', params: { app } });
      if (place === 'e') void navigate({ to: '/apps/$app/executions', params: { app } });
      if (place === 'p') void navigate({ to: '/apps/$app/pipelines', params: { app } });
      if (place === 'z') void navigate({ to: '/apps/$app/freezes', params: { app } });
      if (place === 's') void navigate({ to: '/apps/$app/settings', params: { app } });
      if (place === 'c') void navigate({ to: '/apps/$app/clusters', params: { app } });
    },
  });
  return (
    <div className="shell">
      <header className="shell-top">
        <Link to="/apps" className="shell-mark">
          <Mark /> Gennaker
        </Link>
        <Crumbs />
        <span className="ml-auto flex flex-none items-center gap-2">
          <ConnectionDot />
          <InboxBell />
          <ThemeMenu />
        </span>
      </header>
      <Rail app={app} />
      <main className="shell-main">
        <NotLiveLine />
        <FreezeLines app={app} />
        <Outlet />
      </main>
      <Toasts />
      <ShortcutHelp isOpen={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

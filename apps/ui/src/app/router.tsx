import { ErrorState, GoneState } from '@gennaker/ui-kit';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { problemOf } from '../client/problem.ts';
import { ApplicationsPage } from '../features/applications/applications-page.tsx';
import { HomePage } from '../features/applications/home-page.tsx';
import { ClustersPage } from '../features/clusters/clusters-page.tsx';
import { ExecutionsPage } from '../features/executions/executions-page.tsx';
import { InboxPage } from '../features/inbox/inbox-page.tsx';
import { PipelinesPage } from '../features/pipelines/pipelines-page.tsx';
import { parseSearch, searchSchemas, stringifySearch } from './search.ts';
import { Shell } from './shell.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Shell,
  notFoundComponent: () => (
    <GoneState
      title="There is no such page"
      message="The address may be mistyped, or what it named is gone."
      action={<Link to="/apps">Go to applications</Link>}
    />
  ),
  errorComponent: ({ error, reset }) => {
    const problem = problemOf(error);
    return (
      <ErrorState
        failed={{ title: 'This screen broke', message: problem.message, code: problem.code }}
        onRetry={reset}
      />
    );
  },
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/apps' });
  },
});

const applications = createRoute({
  getParentRoute: () => root,
  path: '/apps',
  validateSearch: searchSchemas.applications,
  component: ApplicationsPage,
});

const freezes = createRoute({
  getParentRoute: () => root,
  path: '/settings/freezes',
  validateSearch: searchSchemas.freezes,
  component: lazyRouteComponent(() => import('../features/freezes/freezes-page.tsx'), 'FreezesPage'),
});

const applicationFreezes = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/freezes',
  validateSearch: searchSchemas.freezes,
  component: lazyRouteComponent(() => import('../features/freezes/freezes-page.tsx'), 'FreezesPage'),
});

const leftovers = createRoute({
  getParentRoute: () => root,
  path: '/settings/leftovers',
  component: lazyRouteComponent(() => import('../features/leftovers/leftovers-page.tsx'), 'LeftoversPage'),
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: searchSchemas.inbox,
  component: InboxPage,
});

const home = createRoute({ getParentRoute: () => root, path: '/apps/$app', component: HomePage });

const executions = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/executions',
  validateSearch: searchSchemas.executions,
  component: ExecutionsPage,
});

const execution = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/executions/$id',
  validateSearch: searchSchemas.execution,
  component: lazyRouteComponent(() => import('../features/execution/execution-page.tsx'), 'ExecutionPage'),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/pipelines',
  validateSearch: searchSchemas.pipelines,
  component: PipelinesPage,
});

const editor = () => import('../features/editor/editor-page.tsx');

const newPipeline = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/pipelines/new',
  validateSearch: searchSchemas.editor,
  component: lazyRouteComponent(editor, 'NewPipelinePage'),
});

const editPipeline = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/pipelines/$id/edit',
  validateSearch: searchSchemas.editor,
  component: lazyRouteComponent(editor, 'EditPipelinePage'),
});

const clusters = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/clusters',
  validateSearch: searchSchemas.clusters,
  component: ClustersPage,
});

const serverGroup = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/clusters/$account/$region/$name',
  validateSearch: searchSchemas.serverGroup,
  component: lazyRouteComponent(() => import('../features/clusters/server-group-page.tsx'), 'ServerGroupPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/apps/$app/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

const routeTree = root.addChildren([
  start,
  applications,
  inbox,
  freezes,
  applicationFreezes,
  leftovers,
  home,
  executions,
  execution,
  pipelines,
  newPipeline,
  editPipeline,
  clusters,
  serverGroup,
  settings,
]);

/** The router over all screens. `history` is handed in by tests. */
export const createAppRouter = (queryClient: QueryClient, history?: RouterHistory) =>
  createRouter({
    routeTree,
    context: { queryClient },
    history,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

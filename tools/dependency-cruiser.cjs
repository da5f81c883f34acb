// Who may import whom. Each rule names the defect it prevents.
const { join } = require('node:path');

const test = '\\.test(-d)?\\.tsx?$';
const testing = '/testing/';
const entries = '^packages/catalog/src/(stages|strategies|triggers|metric-sources|notifiers)/';
const entryKind = '^packages/catalog/src/(stages|strategies|triggers|metric-sources|notifiers)';
const drivers = '(^|/)node_modules/(@nestjs|@prisma|prisma|bullmq|ioredis|pg|@aws-sdk|@smithy|fastify)(/|$)';
const adapters = '(queue|persistence|cloud|inventory|canary|triggers|notifications|events|auth)';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'Files that need each other cannot be understood one at a time.',
      {},
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only'] },
      },
    ),
    rule(
      'language-is-pure',
      'The language runs in browser and server alike: zod, re2js, yaml and its own files only.',
      { path: '^packages/pipeline-dsl/src/', pathNot: [test, testing] },
      { pathNot: '^packages/pipeline-dsl/src/|(^|/)node_modules/(zod|re2js|yaml)/' },
    ),
    rule(
      'judge-is-pure',
      'The judge is mathematics: nothing but its own files and zod.',
      { path: '^packages/canary-judge/src/', pathNot: test },
      { pathNot: '^packages/canary-judge/src/|(^|/)node_modules/zod/' },
    ),
    rule(
      'kit-knows-no-entry',
      'The contract of the catalogue is written before its entries.',
      { path: '^packages/catalog/src/kit/', pathNot: [test, testing] },
      { path: ['^apps/', '^packages/aws-sandbox/', entries, drivers] },
    ),
    rule(
      'definition-is-pure',
      'A definition is read by api, browser and pipelines as code.',
      { path: `${entries}.*/definition\\.ts$` },
      {
        path: [
          '^packages/catalog/src/kit/(ports|ui|testing|in-memory)/',
          '(^|/)node_modules/(react|react-dom)/',
          '^apps/',
          '^packages/ui-kit/',
        ],
      },
    ),
    rule(
      'definition-without-node',
      'A definition is read by the browser too.',
      { path: `${entries}.*/definition\\.ts$` },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'server-half-without-drivers',
      'An executor asks ports for the world, so that it can be tried without one.',
      { path: `${entries}.*/(executor|matcher|strategy|source)\\.ts$` },
      {
        path: [drivers, '(^|/)node_modules/(react|react-dom)/', '^apps/', '\\.tsx$', '^packages/(ui-kit|aws-sandbox)/'],
      },
    ),
    rule(
      'browser-half-stays-in-browser',
      'A form must not pull the server half into the browser.',
      { path: `${entries}.*\\.tsx$`, pathNot: test },
      { path: ['/(executor|matcher|strategy|source)\\.ts$', '^packages/catalog/src/kit/ports/', drivers, '^apps/'] },
    ),
    rule(
      'browser-half-without-node',
      'A form must not pull Node into the browser.',
      { path: `${entries}.*\\.tsx$`, pathNot: test },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'entries-do-not-know-each-other',
      'An entry names another by type in the plan it returns, never by import.',
      { path: `${entryKind}/([^/]+)/`, pathNot: test },
      { path: `${entryKind}/`, pathNot: `${entryKind}/$2/` },
    ),
    rule(
      'engine-is-plain',
      'The engine knows no framework, no driver, no adapter and no stage type.',
      { path: '^apps/api/src/engine/', pathNot: test },
      {
        path: [
          drivers,
          entries,
          '^packages/catalog/src/(definitions|executors|ui)\\.ts$',
          `^apps/api/src/(${adapters}|features|config|launcher|observability)/`,
        ],
      },
    ),
    rule(
      'adapters-do-not-know-each-other',
      'Adapters talk through a port of the engine or the kit.',
      { path: `^apps/api/src/${adapters}/`, pathNot: [test, testing] },
      { path: `^apps/api/src/(${adapters}|features)/`, pathNot: '^apps/api/src/$1/' },
    ),
    rule(
      'rooms-are-handed-their-config',
      'Configuration and observability are wired in one place; rooms are handed values.',
      { path: `^apps/api/src/(engine|features|${adapters})/`, pathNot: [test, testing] },
      { path: '^apps/api/src/(config|launcher)/' },
    ),
    rule(
      'features-use-public-faces',
      'A feature knows what a room offers, not how it is made.',
      { path: '^apps/api/src/features/', pathNot: [test, testing] },
      { path: `^apps/api/src/(engine|${adapters})/.+`, pathNot: '^apps/api/src/[^/]+/index\\.ts$' },
    ),
    rule(
      'features-without-drivers',
      'HTTP is a thin shell: databases, queues and clouds are behind rooms.',
      { path: '^apps/api/src/features/', pathNot: [test, testing] },
      { path: '(^|/)node_modules/(@prisma|prisma|bullmq|ioredis|pg|@aws-sdk|@smithy)(/|$)' },
    ),
    rule(
      'ui-without-server',
      'The browser gets the pure and the browser halves only.',
      { path: '^apps/ui/src/', pathNot: test },
      { path: ['^apps/api/', '^packages/aws-sandbox/', '^packages/catalog/src/executors\\.ts$', '/executor\\.ts$'] },
    ),
    rule(
      'packages-do-not-know-apps',
      'Packages are used by apps, never the other way round.',
      { path: '^packages/', pathNot: '^packages/cli/' },
      { path: '^apps/' },
    ),
    rule(
      'cli-takes-the-engine-alone',
      'The command line simulates on the engine; all else it asks of a server over HTTP.',
      { path: '^packages/cli/src/', pathNot: [test, testing] },
      {
        path: ['^apps/', '^packages/(aws-sandbox|ui-kit)/', drivers],
        pathNot: '^apps/api/src/engine/(index|in-memory/index)\\.ts$',
      },
    ),
    rule(
      'sandbox-stands-alone',
      'The local AWS is AWS to us: it must not share our code, or both would share our mistakes.',
      { path: '^packages/aws-sandbox/src/', pathNot: test },
      { path: '^packages/(?!aws-sandbox/)|^apps/' },
    ),
    rule(
      'everything-resolves',
      'An import of something that is not there.',
      { pathNot: '^apps/api/src/persistence/generated/' },
      { couldNotResolve: true, pathNot: '^virtual:' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(apps|packages)/[^/]+/(dist|coverage)/|/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, '..', 'tsconfig.base.json') },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};

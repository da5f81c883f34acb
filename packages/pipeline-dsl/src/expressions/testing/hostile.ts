import fc from 'fast-check';

const NAMES = ['long', 'list', 'map', 'text', 'n', 'execution', 'trigger', 'parameters', 'nothing', 'zz', 'rows'];
const WORDS = [
  ...NAMES,
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'globalThis',
  'process',
  'require',
  'Function',
  'eval',
  'stages',
  'context',
  'outputs',
  'class',
  'getClass',
  'T',
  'new',
  'matches',
  'and',
  'not',
  'null',
  'true',
  'call',
  'apply',
  'bind',
  'run',
  'model',
  'view',
  'data',
];
const BITS = [
  ...['.', '?.', '[', ']', '(', ')', '{', '}', '#', '+', '*', '^', '==', '<', '?', ':', '?:', '![', '?[', '^[', '$['],
  ...[',', "'", '"', '!', '-', '#this', '#root', "'a'", '"(a+)+$"', '9', '1e9', '0x7fffffff', '99999999999'],
  '.repeat(1000)',
  '.repeat(999999999)',
  ".replaceAll('.', long)",
  '.![long]',
  '.![#root.list]',
  "#stage('Stage 1')",
  'T(Math).pow(9, 9)',
  ".split('')",
  '.getClass()',
  "['constructor']",
  "['__proto__']",
  'T(java.lang.Runtime)',
  'new java.lang.ProcessBuilder',
  '${',
  '\\u0000',
  '\u202e',
  '😀',
];

/** Ways out that have worked somewhere, and work that others could not bound. */
export const ESCAPES: readonly string[] = [
  "''.constructor.constructor('return process')()",
  "''['constructor']['constructor']('return this')()",
  "{}.getClass().forName('java.lang.Runtime').getRuntime().exec('id')",
  'T(java.lang.Runtime).getRuntime().exec("id")',
  "T(java.lang.Class).forName('java.lang.System')",
  "T(String).getClass().forName('java.lang.Runtime')",
  "T(java.lang.System).getenv('PATH')",
  'T(java.lang.Thread).sleep(99999)',
  'new java.lang.ProcessBuilder({"id"}).start()',
  'new java.net.URL("http://169.254.169.254/").openStream()',
  'new javax.script.ScriptEngineManager().getEngineByName("js")',
  '@environment',
  '&factory',
  '#root.__proto__.polluted',
  "#root['__proto__']['polluted']",
  '#root.constructor.prototype',
  'execution.constructor',
  'execution.model.view',
  "#stage('Stage 1').stage",
  "#stage('Stage 1').method('run')",
  'execution.stages[0].data()',
  'list.constructor.constructor',
  'list.map(#this)',
  'list.__lookupGetter__',
  "list['length']['constructor']",
  'map.hasOwnProperty("k")',
  'map.valueOf()',
  'map.toLocaleString()',
  "{'__proto__': {'polluted': true}}",
  '#readJson(\'{"__proto__": {"polluted": true}}\').polluted',
  "#readYaml('__proto__: {polluted: true}').polluted",
  "#readYaml('a: &a [x]\nb: [*a, *a]').b",
  '#readYaml(\'!!js/function "return 1"\')',
  'globalThis.process.exit(1)',
  'process.mainModule.require("child_process")',
  'Function("return 1")()',
  'require("fs")',
  'import("fs")',
  '(1).toString.call(2)',
  "T(Math).constructor('x')",
  'T(java.util.UUID).randomUUID().getClass()',
  'new java.util.Date().getClass().getClassLoader()',
  "new String('x').getBytes()",
  "'${T(java.lang.Runtime)}'.toString()",
  "'a'.repeat(1000000000)",
  "'a'.repeat(9999).repeat(9999)",
  "'ab' * 99999999",
  'long * 100000',
  "long.replaceAll('', long)",
  "long matches '(a+)+$'",
  "long matches '((a{1,100}){1,100}){1,100}'",
  "long matches '(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x'",
  "'a'.matches('(?=a)a')",
  "'a'.replaceAll('(a)', '$9')",
  "T(String).format('%99999999d', 1)",
  "T(String).format('%1$s%1$s%1$s', long)",
  'T(String).join(long, list)',
  'list.![list.![list.![#this]]]',
  'list.![#readJson(#toJson(#root.list))]',
  'list.![#readYaml("{a: [1, 2]}")]',
  'list.?[#root.list.contains(-1)]',
  'list.![T(java.time.LocalDate).now().plusYears(999999999)]',
  "#readYaml('[' * 5000)",
  "#readJson('[' * 100000 + ']' * 100000)",
  '9 ^ 99',
  '9223372036854775807 + 1',
  '1 / 0',
];

/** Sources whose mutations are tried. */
const WELL_FORMED = [
  "parameters.env == 'prod' ? list.size() : rows.![id]",
  "rows.?[zone == 'a' and id > 1].![#this.id + 1]",
  "#stage('Stage 1').outputs.list[0] + execution.stages.size()",
  "T(java.time.LocalDate).parse('2024-01-31').plusMonths(1).toString()",
  "new java.text.SimpleDateFormat('yyyy-MM-dd').format(new java.util.Date())",
  "{a: {1, 2}, 'b': map['k'] ?: 'none'}['a'].contains(2)",
  "text.toUpperCase().replaceAll('[A-C]+', '<$0>').split('<')",
  '#toJson({name: text, list: list.subList(0, 3)})',
  ...ESCAPES,
];

const soup = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...BITS), fc.string({ maxLength: 3 })), { maxLength: 25 })
  .map((parts) => parts.join(''));

/** Expressions that follow the grammar, whatever they mean. */
const grammatical = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const leaf = fc.oneof(
    fc.constantFrom(...NAMES, '#root', '#this', 'null', 'true', '{}', '{:}', "''", "'a b'", '-1', '2.5', '1000000'),
    fc.integer({ min: 0, max: 300 }).map(String),
  );
  const name = fc.constantFrom(...WORDS, 'size', 'length', 'keySet', 'substring', 'get', 'value', 'key', 'id');
  return {
    expression: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      leaf,
      fc.tuple(inner, name).map(([a, b]) => `${a}.${b}`),
      fc.tuple(inner, name, inner).map(([a, b, c]) => `${a}?.${b}(${c})`),
      fc.tuple(inner, name).map(([a, b]) => `${a}.${b}()`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}[${b}]`),
      fc.tuple(inner, fc.constantFrom('?', '^', '$'), inner).map(([a, b, c]) => `${a}.${b}[${c}]`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}.![${b}]`),
      fc
        .tuple(
          inner,
          fc.constantFrom('+', '-', '*', '/', '%', '^', '==', '<', '>=', '&&', '||', '?:', ' matches '),
          inner,
        )
        .map(([a, b, c]) => `(${a}${b}${c})`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(inner, inner).map(([a, b]) => `{${a}, ${b}}`),
      fc.tuple(name, inner).map(([a, b]) => `{${a}: ${b}}`),
      fc.tuple(name, inner).map(([a, b]) => `#${a}(${b})`),
      fc.tuple(name, inner).map(([a, b]) => `T(${a}).${a}(${b})`),
      inner.map((a) => `!${a}`),
    ),
  };
}).expression;

const mutated = fc
  .tuple(
    fc.constantFrom(...WELL_FORMED),
    fc.array(
      fc.tuple(
        fc.nat(200),
        fc.nat(3),
        fc.oneof(fc.constantFrom(...BITS), fc.constantFrom(...WORDS), fc.string({ maxLength: 2 })),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([source, changes]) =>
    changes.reduce((text, [at, cut, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    }, source),
  );

/** Texts an attacker, or a tired author, might write between `${` and `}`. */
export const hostileExpression = fc.oneof(soup, grammatical, mutated);

import { intArg } from '../methods/strings.ts';
import { HostObject, type Method } from '../values.ts';
import { DAYS, floorMod, MONTHS } from './calendar.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

export type Methods<T> = ReadonlyMap<string, Method<T>>;
export const lookup = <T>(methods: Methods<T>, name: string): Method<HostObject> | undefined =>
  methods.get(name) as Method<HostObject> | undefined;

/** A value with one name out of a fixed list, such as `DayOfWeek.MONDAY`. */
export class JavaConstant extends HostObject {
  readonly typeName: string;
  readonly name: string;
  /** Position, 1 for the first. */
  readonly number: number;

  constructor(typeName: string, name: string, number: number) {
    super();
    this.typeName = typeName;
    this.name = name;
    this.number = number;
  }

  override equals(other: unknown): boolean {
    return (
      (other instanceof JavaConstant && other.typeName === this.typeName && other.name === this.name) ||
      other === this.name
    );
  }

  override compare(other: unknown): number | undefined {
    return other instanceof JavaConstant && other.typeName === this.typeName ? this.number - other.number : undefined;
  }

  override property(name: string): unknown {
    return name === 'value' ? this.number : undefined;
  }

  override method(name: string): Method<HostObject> | undefined {
    return lookup(CONSTANT_METHODS, name);
  }

  override members(): Iterable<string> {
    return CONSTANT_METHODS.keys();
  }

  text(): string {
    return this.name;
  }

  data(): unknown {
    return this.name;
  }
}

export const DAYS_OF_WEEK = DAYS.map((name, at) => new JavaConstant('DayOfWeek', name.toUpperCase(), at + 1));
export const MONTH_CONSTANTS = MONTHS.map((name, at) => new JavaConstant('Month', name.toUpperCase(), at + 1));

function shiftedDay(constants: readonly JavaConstant[], self: JavaConstant, days: number): JavaConstant {
  return constants[floorMod(self.number - 1 + days, constants.length)]!;
}

const CONSTANT_METHODS: Methods<JavaConstant> = new Map<string, Method<JavaConstant>>([
  ['toString', { arity: none, run: (self) => self.text() }],
  ['name', { arity: none, run: (self) => self.name }],
  ['getValue', { arity: none, run: (self) => self.number }],
  ['ordinal', { arity: none, run: (self) => self.number - 1 }],
  ['equals', { arity: one, run: (self, [other]) => other instanceof JavaConstant && self.equals(other) }],
  ['compareTo', { arity: one, run: (self, [other]) => self.compare(other) ?? 0 }],
  [
    'plus',
    {
      arity: one,
      run: (self, [days]) =>
        shiftedDay(self.typeName === 'Month' ? MONTH_CONSTANTS : DAYS_OF_WEEK, self, intArg(days, 'plus')),
    },
  ],
  [
    'minus',
    {
      arity: one,
      run: (self, [days]) =>
        shiftedDay(self.typeName === 'Month' ? MONTH_CONSTANTS : DAYS_OF_WEEK, self, -intArg(days, 'minus')),
    },
  ],
]);

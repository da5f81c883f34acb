import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import type { ComponentType, ReactNode } from 'react';

/** What a details pane sees of the run it is part of, and what it may do. */
export interface StageDetailsProps {
  /** The stage shown, kept up to date by events. */
  readonly stage: Stage;
  readonly execution: Execution;
  /**
   * Sends a message to the running stage (`{ judgmentStatus: 'continue' }`). A refusal ends up in `problem`, with what
   * was typed left as it is.
   */
  readonly onSignal: (body: Readonly<Record<string, unknown>>) => void;
  /** A message is under way. */
  readonly pending: boolean;
  /** Why the last message was refused, for the person who sent it. */
  readonly problem: string | null;
}

/** What a control made by hand gets: one value of the stage. */
export interface StageFieldProps {
  readonly label: string;
  readonly help?: string;
  readonly required?: boolean;
  readonly value: unknown;
  /** Undefined removes the key. */
  readonly onChange: (value: unknown) => void;
  /** Message of a finding about this field. */
  readonly error?: string;
  /** The generated control for one number or text, expressions included. */
  readonly part: (props: FieldPartProps) => ReactNode;
}

/** A part of a control made by hand that needs nothing special. */
export interface FieldPartProps {
  readonly label: string;
  readonly kind: 'text' | 'number';
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** Browser half of a stage type. Everything is optional: what is missing is generated from the definition. */
export interface StageUi {
  /** Shown on top of the summary of a run. */
  readonly details?: ComponentType<StageDetailsProps>;
  /** Keys of the context the form shows; others appear only when they hold a value. Absent: all. */
  readonly mainFields?: readonly string[];
  /** Context a new stage of this type begins with. */
  readonly initial?: (application: string) => Readonly<Record<string, unknown>>;
}

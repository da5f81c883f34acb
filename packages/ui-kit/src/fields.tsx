import { Check, ChevronDown } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Radio,
  RadioGroup,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';

export interface FieldFace {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: string;
  readonly required?: boolean;
}

/** Label line, control, help and message in one column; for controls that are not React Aria fields. */
export function FieldShell({
  label,
  help,
  error,
  required,
  warning,
  action,
  htmlFor,
  children,
}: FieldFace & {
  readonly action?: ReactNode;
  readonly warning?: string;
  readonly htmlFor?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="gk-field">
      <div className="gk-field-top">
        <label className="gk-field-label" htmlFor={htmlFor}>
          {label}
        </label>
        {required ? <span className="gk-required">required</span> : null}
        {action ? <span style={{ marginLeft: 'auto' }}>{action}</span> : null}
      </div>
      {children}
      {error ? (
        <span className="gk-error-text" role="alert">
          {error}
        </span>
      ) : null}
      {warning ? <span className="gk-warning-text">{warning}</span> : null}
      {help ? <span className="gk-help">{help}</span> : null}
    </div>
  );
}

export interface TextFieldProps extends FieldFace {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly placeholder?: string;
  readonly multiline?: boolean;
  readonly mono?: boolean;
  readonly type?: 'text' | 'number' | 'search' | 'password' | 'email' | 'datetime-local';
  readonly autoFocus?: boolean;
  readonly rows?: number;
  readonly name?: string;
}

/** One line or several of text. */
export function TextField(props: TextFieldProps) {
  const { label, help, error, required, value, onChange, multiline, mono, placeholder } = props;
  return (
    <AriaTextField
      className="gk-field"
      value={value}
      onChange={onChange}
      onBlur={props.onBlur}
      isInvalid={error !== undefined}
      isRequired={required}
      validationBehavior="aria"
      type={props.type === 'number' ? 'text' : (props.type ?? 'text')}
      inputMode={props.type === 'number' ? 'decimal' : undefined}
      autoFocus={props.autoFocus}
      name={props.name}
    >
      <div className="gk-field-top">
        <Label>{label}</Label>
        {required ? <span className="gk-required">required</span> : null}
      </div>
      {multiline ? (
        <TextArea
          className="gk-input"
          data-mono={mono ? '' : undefined}
          placeholder={placeholder}
          rows={props.rows ?? 3}
        />
      ) : (
        <Input className="gk-input" data-mono={mono ? '' : undefined} placeholder={placeholder} />
      )}
      <FieldError className="gk-error-text">{error}</FieldError>
      {help ? (
        <Text slot="description" className="gk-help">
          {help}
        </Text>
      ) : null}
    </AriaTextField>
  );
}

export interface Option {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
}

export interface SelectProps extends FieldFace {
  readonly options: readonly Option[];
  readonly value: string | null;
  readonly onChange: (id: string) => void;
  readonly placeholder?: string;
  readonly hideLabel?: boolean;
}

/** One of several; a value that is not offered is kept and shown as it is. */
export function Select({
  label,
  help,
  error,
  required,
  options,
  value,
  onChange,
  placeholder,
  hideLabel,
}: SelectProps) {
  const unknown = value !== null && value !== '' && !options.some((option) => option.id === value);
  const shown = unknown ? [...options, { id: value, label: value, note: 'not in the list' }] : options;
  return (
    <AriaSelect
      className="gk-field"
      value={value === '' ? null : value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      isInvalid={error !== undefined}
      placeholder={placeholder ?? 'Choose…'}
      aria-label={hideLabel ? label : undefined}
    >
      {hideLabel ? null : (
        <div className="gk-field-top">
          <Label>{label}</Label>
          {required ? <span className="gk-required">required</span> : null}
        </div>
      )}
      <Button className="gk-input gk-select">
        <SelectValue className="gk-clip">
          {({ selectedText, defaultChildren }) => selectedText || defaultChildren}
        </SelectValue>
        <ChevronDown size={14} aria-hidden />
      </Button>
      <FieldError className="gk-error-text">{error}</FieldError>
      {help ? (
        <Text slot="description" className="gk-help">
          {help}
        </Text>
      ) : null}
      <Popover className="gk-popover">
        <ListBox className="gk-list">
          {shown.map((option) => (
            <ListBoxItem key={option.id} id={option.id} textValue={option.label} className="gk-option">
              <span>
                {option.label}
                {option.note ? <span className="gk-option-note">{option.note}</span> : null}
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** A yes or no whose label says what yes means. */
export function Switch({
  children,
  isSelected,
  onChange,
  isDisabled,
  label,
}: {
  readonly children?: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (on: boolean) => void;
  readonly isDisabled?: boolean;
  readonly label?: string;
}) {
  return (
    <AriaSwitch
      className="gk-switch"
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      aria-label={label}
    >
      <span className="gk-switch-track" />
      {children}
    </AriaSwitch>
  );
}

/** A tick box. */
export function Checkbox({
  children,
  isSelected,
  onChange,
  label,
  isDisabled,
}: {
  readonly children?: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (on: boolean) => void;
  readonly label?: string;
  readonly isDisabled?: boolean;
}) {
  return (
    <AriaCheckbox
      className="gk-check"
      isSelected={isSelected}
      onChange={onChange}
      aria-label={label}
      isDisabled={isDisabled}
    >
      <span className="gk-check-box">{isSelected ? <Check size={12} strokeWidth={3} aria-hidden /> : null}</span>
      {children}
    </AriaCheckbox>
  );
}

/** Up to about four choices, each with one sentence, all visible. */
export function RadioCards({
  label,
  options,
  value,
  onChange,
  help,
}: FieldFace & {
  readonly options: readonly Option[];
  readonly value: string | null;
  readonly onChange: (id: string) => void;
}) {
  return (
    <RadioGroup className="gk-field" value={value} onChange={onChange}>
      <div className="gk-field-top">
        <Label>{label}</Label>
      </div>
      {options.map((option) => (
        <Radio key={option.id} value={option.id} className="gk-radio-card">
          <span className="gk-radio-dot" />
          <span>
            {option.label}
            {option.note ? <span className="gk-option-note">{option.note}</span> : null}
          </span>
        </Radio>
      ))}
      {help ? <span className="gk-help">{help}</span> : null}
    </RadioGroup>
  );
}

/** An id that ties a label to a control made by hand. */
export const useFieldId = (): string => useId();

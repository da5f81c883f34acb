import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps, TooltipTrigger } from 'react-aria-components';
import { Tip } from './tooltip.tsx';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'danger-quiet' | 'approve' | 'quiet';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'style'> {
  readonly look?: ButtonLook;
  readonly size?: 'normal' | 'small';
  readonly children?: ReactNode;
  readonly className?: string;
  /** Why it is off; shown on hover and focus. The button stays focusable. */
  readonly offBecause?: string;
}

/** A button. When `offBecause` is given it does nothing and says why; while `isPending` it does nothing. */
export function Button({ look = 'plain', size = 'normal', offBecause, isPending, className, ...rest }: ButtonProps) {
  const button = (
    <AriaButton
      {...rest}
      {...(offBecause || isPending
        ? { onPress: undefined, onClick: undefined, type: 'button' as const, 'aria-disabled': true }
        : {})}
      data-busy={isPending ? '' : undefined}
      data-look={look}
      data-size={size}
      className={`gk-button ${className ?? ''}`}
    />
  );
  if (!offBecause) return button;
  return (
    <TooltipTrigger delay={200}>
      {button}
      <Tip>{offBecause}</Tip>
    </TooltipTrigger>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'aria-label'> {
  /** Name for the tooltip and for assistive technology. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A button that shows only an icon; its name is in a tooltip. */
export function IconButton({ label, children, look = 'quiet', offBecause, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={400}>
      <AriaButton
        {...rest}
        {...(offBecause ? { onPress: undefined, 'aria-disabled': true } : {})}
        aria-label={label}
        data-look={look}
        data-size={rest.size ?? 'normal'}
        data-icon-only=""
        className={`gk-button ${rest.className ?? ''}`}
      >
        {children}
      </AriaButton>
      <Tip>{offBecause ? `${label}: ${offBecause}` : label}</Tip>
    </TooltipTrigger>
  );
}

import { CircleAlert, Copy, Info, Lock, RefreshCw, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import type { StatusRole } from './status.tsx';

/** Grey shapes where content will be; nothing shows for the first 120 ms. */
export function Skeleton({
  width,
  height = 16,
}: {
  readonly width?: number | string;
  readonly height?: number | string;
}) {
  return <span className="gk-skeleton" style={{ width: width ?? '100%', height }} aria-hidden />;
}

/** Rows of a table that is being loaded. */
export function SkeletonRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading" style={{ display: 'grid', gap: 12, padding: '12px 0' }}>
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={20} width={`${96 - ((i * 17) % 30)}%`} />
      ))}
    </div>
  );
}

/** Nothing here yet: what it is for in one sentence and one main action. */
export function EmptyState({
  title,
  children,
  action,
  icon,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
}) {
  return (
    <div className="gk-state">
      {icon ? <span className="gk-state-icon">{icon}</span> : null}
      <h2 className="gk-heading">{title}</h2>
      {children ? <div className="gk-muted gk-prose">{children}</div> : null}
      {action}
    </div>
  );
}

export interface FailedFace {
  readonly title: string;
  readonly message: string;
  readonly code?: string;
  readonly requestId?: string;
}

/** Something could not be shown: words first, then code and request id, and the ways on. */
export function ErrorState({ failed, onRetry }: { readonly failed: FailedFace; readonly onRetry?: () => void }) {
  const details = [failed.code, failed.requestId && `request ${failed.requestId}`].filter(Boolean).join(' · ');
  return (
    <div className="gk-state" role="alert">
      <span className="gk-state-icon" data-role="fail" style={{ color: 'var(--fail)' }}>
        <CircleAlert size={20} aria-hidden />
      </span>
      <h2 className="gk-heading">{failed.title}</h2>
      <p className="gk-prose" style={{ margin: 0 }}>
        {failed.message}
      </p>
      {details ? <code className="gk-muted">{details}</code> : null}
      <div style={{ display: 'flex', gap: 8 }}>
        {onRetry ? (
          <Button onPress={onRetry}>
            <RefreshCw size={14} aria-hidden /> Try again
          </Button>
        ) : null}
        <Button
          look="quiet"
          onPress={() => void navigator.clipboard?.writeText(`${failed.title}\n${failed.message}\n${details}`)}
        >
          <Copy size={14} aria-hidden /> Copy details
        </Button>
      </div>
    </div>
  );
}

/** What an address names is not there: no retry, but a way on. */
export function GoneState({
  title,
  message,
  action,
}: {
  readonly title: string;
  readonly message: string;
  readonly action?: ReactNode;
}) {
  return (
    <EmptyState title={title} icon={<SearchX size={20} aria-hidden />} action={action}>
      {message}
    </EmptyState>
  );
}

/** The person may not see this. The address is kept. */
export function RefusedState({ message }: { readonly message: string }) {
  return (
    <EmptyState title="You may not see this" icon={<Lock size={20} aria-hidden />}>
      {message}
    </EmptyState>
  );
}

/** A boxed message with a hue; the icon and the words say it too. */
export function Notice({
  tone = 'idle',
  icon,
  children,
  alert,
}: {
  readonly tone?: StatusRole;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly alert?: boolean;
}) {
  return (
    <div className="gk-notice" data-role={tone} role={alert ? 'alert' : undefined}>
      {icon ?? <Info size={16} aria-hidden />}
      <div style={{ minWidth: 0, flex: 1 }}>{children}</div>
    </div>
  );
}

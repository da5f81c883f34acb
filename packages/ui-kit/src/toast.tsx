import { X } from 'lucide-react';
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { Button } from './button.tsx';

interface ToastNote {
  readonly text: string;
  readonly undo?: () => void;
}

const queue = new ToastQueue<ToastNote>({ maxVisibleToasts: 3 });

/** Confirms what the person just did; `undo` where it can be taken back. */
export function toast(text: string, undo?: () => void): void {
  queue.add({ text, undo }, { timeout: undo ? 12_000 : 5_000 });
}

/** Where toasts appear; once per page. */
export function Toasts() {
  return (
    <ToastRegion queue={queue} className="gk-toasts">
      {({ toast: shown }) => (
        <Toast toast={shown} className="gk-toast">
          <ToastContent>
            <Text slot="title">{shown.content.text}</Text>
          </ToastContent>
          {shown.content.undo ? (
            <Button
              size="small"
              onPress={() => {
                shown.content.undo?.();
                queue.close(shown.key);
              }}
            >
              Undo
            </Button>
          ) : null}
          <AriaButton slot="close" className="gk-button" data-look="quiet" data-icon-only="" aria-label="Dismiss">
            <X size={14} aria-hidden />
          </AriaButton>
        </Toast>
      )}
    </ToastRegion>
  );
}

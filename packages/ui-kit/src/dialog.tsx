import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

export interface DialogProps {
  /** The action in words. */
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons, the primary one last. */
  readonly footer?: ReactNode;
  readonly wide?: boolean;
}

/** A dialog for a decision. Focus goes in, and back to the opener when it closes. */
export function Dialog({ title, isOpen, onClose, children, footer, wide }: DialogProps) {
  return (
    <ModalOverlay
      className="gk-scrim"
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable
    >
      <Modal className="gk-modal" data-wide={wide ? '' : undefined}>
        <AriaDialog className="gk-dialog">
          <div className="gk-dialog-head">
            <Heading slot="title" className="gk-heading">
              {title}
            </Heading>
          </div>
          <div className="gk-dialog-body">{children}</div>
          {footer ? <div className="gk-dialog-foot">{footer}</div> : null}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

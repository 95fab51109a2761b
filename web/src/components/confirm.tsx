import { Button, type ButtonProps } from '@mantine/core';
import { Dialog } from './dialogs';
import { useState, type ReactNode } from 'react';
import { ProblemAlert } from './ui';

/** A button whose deed needs a second word. */
export function ConfirmButton({
  title,
  children,
  deed,
  label,
  busy,
  error,
  onConfirm,
  ...button
}: {
  title: string;
  children: ReactNode;
  deed: string;
  label: ReactNode;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
} & Omit<ButtonProps, 'children'> & { 'aria-label'?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title={title}>
          <div className="stack">
            <div>{children}</div>
            <ProblemAlert error={error} />
            <div className="row end">
              <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
                Cancel
              </Button>
              <Button color="red.9" loading={busy} onClick={onConfirm}>
                {deed}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

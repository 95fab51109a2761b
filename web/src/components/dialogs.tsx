// Dialogs over the page and sheets at its side. They are mounted to be shown; when they go, the focus is where it was.
import { Drawer, Modal, type DrawerProps, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

function useFocusBack() {
  const [from] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    },
    [from],
  );
}

const closeButton = { 'aria-label': 'Close' };

export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useFocusBack();
  return <Modal opened returnFocus={false} closeButtonProps={closeButton} {...props} />;
}

export function Sheet(props: Omit<DrawerProps, 'opened'>) {
  useFocusBack();
  return <Drawer opened size="lg" returnFocus={false} closeButtonProps={closeButton} {...props} />;
}

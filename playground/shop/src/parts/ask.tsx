// A question over the page; Radix keeps the focus in it and brings it back.
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useWords } from '../texts';
import { Icon } from './icons';

export function Ask({
  isOpen,
  onOpen,
  trigger,
  title,
  text,
  children,
}: {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  trigger: ReactNode;
  title: string;
  text?: string;
  children: ReactNode;
}) {
  const words = useWords();
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpen}>
      <Dialog.Trigger asChild>{trigger}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog" {...(text === undefined && { 'aria-describedby': undefined })}>
          <Dialog.Title>{title}</Dialog.Title>
          {text && <Dialog.Description>{text}</Dialog.Description>}
          {children}
          <Dialog.Close className="dialog-close" aria-label={words.close}>
            <Icon name="cross" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

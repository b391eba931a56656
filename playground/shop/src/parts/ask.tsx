// A question over the page; Radix keeps the focus in it and brings it back.
import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useWords } from '../texts';
import { Button } from './basics';
import { Icon } from './icons';

export function Ask({
  trigger,
  title,
  text,
  no,
  yes,
  look,
  isBusy,
  act,
  children,
}: {
  trigger: ReactNode;
  title: string;
  text?: string;
  no: string;
  yes: string;
  look?: 'danger';
  isBusy: boolean;
  /** Does it; the question goes when it was done. */
  act: () => Promise<boolean>;
  children: ReactNode;
}) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);

  async function agree() {
    if (await act()) setOpen(false);
  }

  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>{trigger}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog" {...(text === undefined && { 'aria-describedby': undefined })}>
          <Dialog.Title>{title}</Dialog.Title>
          {text && <Dialog.Description>{text}</Dialog.Description>}
          {children}
          <div className="dialog-end">
            <Button look="quiet" onClick={() => setOpen(false)}>
              {no}
            </Button>
            <Button {...(look && { look })} isBusy={isBusy} onClick={() => void agree()}>
              {yes}
            </Button>
          </div>
          <Dialog.Close className="dialog-close" aria-label={words.close}>
            <Icon name="cross" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

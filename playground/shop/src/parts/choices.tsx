// One of a few: large, with a word about each.
import { RadioGroup, Switch } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import { type Method, useWords } from '../texts';
import { Icon, type IconName } from './icons';

export interface Choice<Value extends string> {
  value: Value;
  name: string;
  hint?: string;
  icon?: IconName;
  aside?: ReactNode;
}

export function Choices<Value extends string>({
  label,
  choices,
  value,
  onChoose,
}: {
  label: string;
  choices: readonly Choice<Value>[];
  value: Value | '';
  onChoose: (value: Value) => void;
}) {
  const id = useId();
  const choose = (next: string) => {
    const choice = choices.find((each) => each.value === next);
    if (choice) onChoose(choice.value);
  };
  return (
    <RadioGroup.Root className="choices" aria-label={label} value={value} onValueChange={choose}>
      {choices.map((choice, index) => (
        <label className="choice" key={choice.value} htmlFor={`${id}-${index}`}>
          <RadioGroup.Item className="radio" id={`${id}-${index}`} value={choice.value} aria-label={choice.name}>
            <RadioGroup.Indicator className="radio-dot" />
          </RadioGroup.Item>
          {choice.icon && <Icon name={choice.icon} />}
          <span className="choice-text">
            <span>{choice.name}</span>
            {choice.hint && <small>{choice.hint}</small>}
          </span>
          {choice.aside && <span className="choice-aside">{choice.aside}</span>}
        </label>
      ))}
    </RadioGroup.Root>
  );
}

const METHODS: readonly { value: Method; icon: IconName }[] = [
  { value: 'CREDIT_CARD', icon: 'card' },
  { value: 'ATM', icon: 'bank' },
  { value: 'CVS', icon: 'store' },
  { value: 'BARCODE', icon: 'barcode' },
];

export function Methods({ value, onChoose }: { value: Method; onChoose: (method: Method) => void }) {
  const words = useWords();
  const choices = METHODS.map((method) => {
    const [name, hint] = words.methods[method.value];
    return { ...method, name, hint };
  });
  return <Choices label={words.checkout.methodTitle} choices={choices} value={value} onChoose={onChoose} />;
}

export function Toggle({
  label,
  hint,
  isOn,
  isBusy = false,
  onTurn,
}: {
  label: string;
  hint: string;
  isOn: boolean;
  isBusy?: boolean;
  onTurn: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="toggle">
      <label htmlFor={id}>
        {label}
        <small>{hint}</small>
      </label>
      <Switch.Root className="switch" id={id} checked={isOn} disabled={isBusy} onCheckedChange={onTurn}>
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
    </div>
  );
}

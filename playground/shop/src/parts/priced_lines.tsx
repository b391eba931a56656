// What is paid for, line by line, and what it comes to.
import { type Money, money, period } from '../format';
import { useLanguage } from '../texts';

interface PricedLine {
  description: string;
  quantity?: number;
  periodStart?: string | null;
  periodEnd?: string | null;
  amount: Money;
}

export function PricedLines({ lines, sum, total }: { lines: readonly PricedLine[]; sum: string; total: string }) {
  const { language } = useLanguage();
  return (
    <ul className="lines">
      {lines.map((line, place) => (
        // They never change their order, and two may say the same.
        <li key={place}>
          <span>
            {line.description}
            {line.quantity !== undefined && line.quantity > 1 && ` × ${line.quantity}`}
            {line.periodStart && line.periodEnd && <small>{period(line.periodStart, line.periodEnd, language)}</small>}
          </span>
          <span>{money(line.amount)}</span>
        </li>
      ))}
      <li className="sum">
        <span>{sum}</span>
        <strong>{total}</strong>
      </li>
    </ul>
  );
}

// Every order, newest first.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useRead } from '../api/hooks';
import { day, money } from '../format';
import { MyOrdersDocument } from '../generated/graphql';
import { Badge, Button, ButtonLink, Screen } from '../parts/basics';
import { toneOfOrder } from '../parts/tones';
import { Icon } from '../parts/icons';
import { Empty, Shown } from '../parts/states';
import { useLanguage, useWords } from '../texts';

export function Orders() {
  const words = useWords();
  /** Where each page that is shown begins. */
  const [pages, setPages] = useState<readonly (string | null)[]>([null]);
  return (
    <Screen title={words.orders.title}>
      {pages.map((after, index) => (
        <Page
          key={after ?? ''}
          after={after}
          isFirst={index === 0}
          isLast={index === pages.length - 1}
          onMore={(cursor) => setPages([...pages, cursor])}
        />
      ))}
    </Screen>
  );
}

function Page({
  after,
  isFirst,
  isLast,
  onMore,
}: {
  after: string | null;
  isFirst: boolean;
  isLast: boolean;
  onMore: (cursor: string) => void;
}) {
  const { words, language } = useLanguage();
  const read = useRead(MyOrdersDocument, { after });
  return (
    <Shown read={read}>
      {({ me }) => {
        const orders = me?.orders.nodes ?? [];
        const cursor = me?.orders.pageInfo.hasNextPage ? me.orders.pageInfo.endCursor : undefined;
        if (isFirst && orders.length === 0) {
          const action = <ButtonLink to="/">{words.orders.choosePlan}</ButtonLink>;
          return <Empty icon="orders" title={words.orders.empty} text={words.orders.emptyText} action={action} />;
        }
        return (
          <>
            <ul className="rows">
              {orders.map((order) => (
                <li key={order.id}>
                  <Link className="row" to="/orders/$id" params={{ id: order.id }}>
                    <span className="row-main">
                      <span className="row-title">{order.lines.map(({ description }) => description).join('、')}</span>
                      <span className="row-text">
                        {order.number} · {day(order.placedAt, language)}
                      </span>
                    </span>
                    <span className="row-end">
                      <strong>{money(order.total)}</strong>
                      <Badge tone={toneOfOrder(order.status)}>{words.order.statuses[order.status]}</Badge>
                    </span>
                    <Icon name="next" />
                  </Link>
                </li>
              ))}
            </ul>
            {isLast && cursor && (
              <Button look="quiet" onClick={() => onMore(cursor)}>
                {words.more}
              </Button>
            )}
          </>
        );
      }}
    </Shown>
  );
}

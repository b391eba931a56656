// What a language must be able to say.
import type {
  BillingCycle,
  OrderStatus,
  PaymentMethod,
  SubscriptionStatus,
  UserErrorCode,
} from '../generated/graphql';

export interface FailureWords {
  NETWORK: string;
  UNAVAILABLE: string;
  RATE_LIMITED: string;
  NOT_FOUND: string;
  UNAUTHENTICATED: string;
  other: string;
}

/** The methods that a person can choose. */
export type Method = 'CREDIT_CARD' | 'ATM' | 'CVS' | 'BARCODE';

type Say<Arguments extends unknown[]> = (...rest: Arguments) => string;

export interface Words {
  languageName: string;
  otherLanguage: string;
  skipToContent: string;
  nav: Record<'plans' | 'orders' | 'subscriptions' | 'account' | 'main', string>;
  theme: Record<'title' | 'system' | 'light' | 'dark', string>;
  language: string;
  loading: string;
  retry: string;
  back: string;
  close: string;
  more: string;
  requestId: string;
  offline: string;
  failedTitle: string;
  missingTitle: string;
  failures: FailureWords;
  notFoundTitle: string;
  notFoundText: string;
  goHome: string;
  /** What a person can mend; for a code that is not here the server's own sentence is shown. */
  errors: Partial<Record<UserErrorCode, string>>;
  cycles: Record<BillingCycle, string>;
  perCycle: Say<[cycle: string]>;
  taxIncluded: string;
  plans: Record<'title' | 'lead' | 'popular' | 'free' | 'empty' | 'emptyText', string> & {
    choose: Say<[plan: string]>;
    users: Say<[count: number]>;
    storage: Say<[size: string]>;
    trial: Say<[days: number]>;
  };
  checkout: Record<
    | 'title'
    | 'plan'
    | 'total'
    | 'autoRenew'
    | 'autoRenewHint'
    | 'methodTitle'
    | 'confirmFree'
    | 'leaving'
    | 'mySubscriptions'
    | 'secure'
    | 'already',
    string
  > & { confirm: Say<[amount: string]> };
  methods: Record<Method, readonly [name: string, hint: string]>;
  methodNames: Record<PaymentMethod, string>;
  orders: Record<'title' | 'empty' | 'emptyText' | 'number' | 'placed' | 'total' | 'choosePlan', string>;
  order: Record<
    | 'lines'
    | 'total'
    | 'invoice'
    | 'payTitle'
    | 'payAgainTitle'
    | 'payOther'
    | 'cancel'
    | 'cancelAsk'
    | 'cancelText'
    | 'cancelYes'
    | 'cancelNo'
    | 'subscription'
    | 'timeline'
    | 'placedEvent'
    | 'codeEvent'
    | 'paidEvent'
    | 'cancelledEvent'
    | 'expiredEvent'
    | 'live',
    string
  > & {
    title: Say<[number: string]>;
    statuses: Record<OrderStatus, string>;
    says: Record<OrderStatus, string>;
    invoicePdf: Say<[number: string]>;
    pay: Say<[amount: string]>;
    payUntil: Say<[at: string]>;
    begunEvent: Say<[method: string]>;
    failedEvent: Say<[method: string]>;
    expiredAttemptEvent: Say<[method: string]>;
    invoicedEvent: Say<[number: string]>;
    refundEvent: Say<[amount: string]>;
    next: Record<'pay' | 'payAtCounter' | 'confirm' | 'open' | 'done', string>;
  };
  code: Record<
    | 'title'
    | 'bank'
    | 'account'
    | 'code'
    | 'barcodes'
    | 'barcodeHint'
    | 'amount'
    | 'until'
    | 'left'
    | 'over'
    | 'copy'
    | 'copied'
    | 'delay',
    string
  > & {
    barcode: Say<[number: number]>;
    days: Say<[count: number]>;
    hours: Say<[count: number]>;
    minutes: Say<[count: number]>;
  };
  subscriptions: Record<'title' | 'empty' | 'emptyText' | 'waiting' | 'pausedOpen' | 'over', string> & {
    statuses: Record<SubscriptionStatus, string>;
    renewsOn: Say<[date: string]>;
    endsOn: Say<[date: string]>;
    pausedUntil: Say<[date: string]>;
  };
  subscription: Record<
    | 'period'
    | 'nextCharge'
    | 'payNow'
    | 'noRenewal'
    | 'credit'
    | 'autoRenew'
    | 'autoRenewOn'
    | 'autoRenewOff'
    | 'change'
    | 'pause'
    | 'resume'
    | 'keep'
    | 'cancel'
    | 'pauseTitle'
    | 'pauseText'
    | 'pauseUntil'
    | 'pauseOpen'
    | 'cancelTitle'
    | 'cancelAtEnd'
    | 'cancelNow'
    | 'cancelNowText'
    | 'never'
    | 'pastDue'
    | 'history'
    | 'historyEmpty'
    | 'pendingPay'
    | 'myOrders',
    string
  > & {
    nextChargeText: Say<[amount: string, date: string]>;
    nextOrderOn: Say<[date: string]>;
    cancelAtEndText: Say<[date: string]>;
    cancelling: Say<[date: string]>;
    paused: Say<[date: string | undefined]>;
    nextPlan: Say<[amount: string]>;
    until: Say<[date: string]>;
  };
  change: Record<
    | 'title'
    | 'now'
    | 'nowText'
    | 'atEnd'
    | 'atEndText'
    | 'when'
    | 'newPlan'
    | 'previewTitle'
    | 'previewHint'
    | 'due'
    | 'tax'
    | 'creditLeft'
    | 'takesEffect'
    | 'newPeriod'
    | 'renews'
    | 'confirm'
    | 'current'
    | 'none'
    | 'notNow'
    | 'drifted'
    | 'nothingDue',
    string
  > & {
    renewsText: Say<[amount: string, date: string]>;
    confirmPay: Say<[amount: string]>;
    validUntil: Say<[at: string]>;
  };
  account: Record<
    | 'title'
    | 'profile'
    | 'username'
    | 'email'
    | 'firstName'
    | 'lastName'
    | 'phone'
    | 'save'
    | 'saved'
    | 'verified'
    | 'unverified'
    | 'verifyNow'
    | 'mailLanguage'
    | 'password'
    | 'currentPassword'
    | 'newPassword'
    | 'passwordHint'
    | 'passwordSaved'
    | 'changePassword'
    | 'sessions'
    | 'logOut'
    | 'logOutElsewhere'
    | 'elsewhereText'
    | 'preferences',
    string
  > & { elsewhereDone: Say<[count: number]> };
  logIn: Record<
    'title' | 'lead' | 'expired' | 'identifier' | 'password' | 'submit' | 'toRegister' | 'register' | 'forgot',
    string
  > & { wait: Say<[seconds: number]> };
  register: Record<'title' | 'usernameHint' | 'submit' | 'toLogIn', string>;
  verify: Record<
    'title' | 'code' | 'submit' | 'again' | 'sent' | 'done' | 'doneText' | 'later' | 'continue',
    string
  > & { lead: Say<[email: string]> };
  forgot: Record<'title' | 'lead' | 'submit' | 'done' | 'backToLogIn', string>;
}

// The language of the page: what was chosen here before, or else what the browser asks for.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en } from './en';
import type { Words } from './words';
import { zh } from './zh';

export type { Method, Words } from './words';
export type Language = 'zh' | 'en';

const CATALOGUES: Record<Language, Words> = { zh, en };
const TAGS: Record<Language, string> = { zh: 'zh-Hant-TW', en: 'en' };
const KEPT_AS = 'fabrica.language';

interface Speech {
  words: Words;
  language: Language;
  speak: (language: Language) => void;
}

const Context = createContext<Speech>({ words: zh, language: 'zh', speak: () => {} });

export function useWords(): Words {
  return useContext(Context).words;
}

export function useLanguage(): Speech {
  return useContext(Context);
}

export function Spoken({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(preferred);
  useEffect(() => {
    document.documentElement.lang = TAGS[language];
  }, [language]);
  const speech = useMemo(() => {
    const speak = (next: Language) => {
      localStorage.setItem(KEPT_AS, next);
      setLanguage(next);
    };
    return { words: CATALOGUES[language], language, speak };
  }, [language]);
  return <Context value={speech}>{children}</Context>;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'zh' || kept === 'en') return kept;
  const asked = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag));
  return asked?.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

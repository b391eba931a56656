// An address that leads nowhere.
import { ButtonLink, Screen } from '../parts/basics';
import { useWords } from '../texts';

export function Nowhere() {
  const words = useWords();
  return (
    <Screen title={words.notFoundTitle} lead={words.notFoundText} isNarrow>
      <p>
        <ButtonLink to="/">{words.goHome}</ButtonLink>
      </p>
    </Screen>
  );
}

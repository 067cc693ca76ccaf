import {
  ITranslator,
  TranslationBundle,
  nullTranslator
} from '@jupyterlab/translation';
import { createContext, useContext } from 'react';

/** The translation domain of every text of ours. */
export const DOMAIN = 'primehub_deploy_ext';

export const TranslatorContext = createContext<ITranslator>(nullTranslator);

export function useTranslation(): TranslationBundle {
  return useContext(TranslatorContext).load(DOMAIN);
}

/** The language of the interface, as a BCP 47 tag. */
export function useLocale(): string {
  return useContext(TranslatorContext).languageCode.replace('_', '-');
}

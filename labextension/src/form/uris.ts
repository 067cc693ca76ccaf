import type { TranslationBundle } from '@jupyterlab/translation';

/** Why a model can't be fetched from a URI, with the way out; null where it can, or nothing was typed. */
export function unsupportedUri(
  uri: string,
  trans: TranslationBundle
): string | null {
  if (uri === '' || uri.startsWith('file:///')) {
    return null;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return 'file:///'.startsWith(uri)
        ? null
        : trans.__('A URI such as file:///home/ada/model.joblib');
    case 'file':
      return trans.__('Three slashes, then the whole path: file:///…');
    case 'models':
      return trans.__(
        'MLflow is not asked from here. In a notebook: model = mlflow.pyfunc.load_model("%1"), then connect().save_model(model, name); it is among the stored models then.',
        uri
      );
    default:
      return trans.__(
        '%1: can’t be fetched from here. Download it into the server’s folder, or load it in a notebook and save it with connect().save_model(model, name).',
        scheme
      );
  }
}

/** Names that say that it is a model, and not which. */
const COMMON =
  /^(my_?|best_?|final_?|the_?)*(model|clf|classifier|reg|regressor|estimator|pipe|pipeline|predictor|net|m|fn|f)?_?\d*$/i;

/**
 * What a deployment of a variable is called to begin with: the variable's name where it says something, else that of
 * the notebook.
 */
export function titleOf(variable: string, notebook: string): string {
  const stem = notebook.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
  const speaking = COMMON.test(variable) && stem ? stem : variable;
  const words = speaking.replace(/[_\-.]+/g, ' ').trim() || variable;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

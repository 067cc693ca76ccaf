/** How the names of files end that hold a model. */
export const MODEL_FILES = ['.joblib', '.pkl', '.pickle'];

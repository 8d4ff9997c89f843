// form-js names files of lodash without their ending, as bundlers allow and Node does not.
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'ERR_UNSUPPORTED_DIR_IMPORT') throw error;
    return next(`${specifier}.js`, context);
  }
}

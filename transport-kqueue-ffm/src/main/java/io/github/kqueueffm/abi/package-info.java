/**
 * The platform's facts as plain data: constants, error numbers, struct layouts, symbol names.
 *
 * <p>This room knows nothing of the others and calls no system function. Each platform is one
 * resource file, so that a further one touches nothing else.
 */
package io.github.kqueueffm.abi;

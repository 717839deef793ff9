/**
 * The facts about each platform as plain data: constants, error numbers, struct layouts and symbol
 * names.
 *
 * <p>This package does not depend on the others and does not call the system. Each platform is one
 * resource file, so a new platform changes no other file.
 */
package io.github.kqueueffm.abi;

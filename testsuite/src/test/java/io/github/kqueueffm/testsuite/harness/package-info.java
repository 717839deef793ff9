/**
 * What every test here rests on: groups, permutations, the listener that accepts nothing, leaks.
 */
package io.github.kqueueffm.testsuite.harness;

/** What every test here rests on: groups, permutations, the listener nobody accepts from, leaks. */
package io.github.kqueueffm.testsuite.harness;

/** Tests that run for minutes, by -Psoak. */
package io.github.kqueueffm.testsuite.soak;

/** What a JVM does before the first echo. */
package io.github.kqueueffm.testsuite.start;

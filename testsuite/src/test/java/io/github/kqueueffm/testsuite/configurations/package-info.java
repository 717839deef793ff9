/** A part of the suite in JVMs that are configured otherwise. */
package io.github.kqueueffm.testsuite.configurations;

/** Tests of the conformance program. */
package io.github.kqueueffm.testsuite.conformance;

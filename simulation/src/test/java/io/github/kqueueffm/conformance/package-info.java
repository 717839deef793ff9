/** The part of the tests that has to be in the package of the conformance program. */
package io.github.kqueueffm.conformance;

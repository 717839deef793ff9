/** Tests of the conformance program. */
package io.github.kqueueffm.conformance;

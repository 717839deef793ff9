/** Tests of the files that a release publishes. */
package io.github.kqueueffm.release;

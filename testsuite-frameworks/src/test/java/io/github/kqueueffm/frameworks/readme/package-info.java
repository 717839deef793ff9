/** Builds what the README says of a user's build. */
package io.github.kqueueffm.frameworks.readme;

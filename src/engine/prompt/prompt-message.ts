/** One message as the template needs it; a `Message` of the workload is one. Immutable. */
export interface PromptMessage {
  readonly role: string;
  readonly text: string;
}

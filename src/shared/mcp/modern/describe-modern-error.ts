import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { describeError } from '../../errors.ts';
import { describeSdkError, ofHttpStatus, ofJsonRpc, type SdkFailure } from '../sdk/describe-sdk-error.ts';

/** What an error of the SDK 2 means for a call, in the words of describeSdkError. */
export function describeModernError(error: unknown): SdkFailure {
  const message = describeError(error);
  if (error instanceof SdkHttpError) return ofHttpStatus(error.status, message);
  if (error instanceof ProtocolError) return ofJsonRpc(error.code, message);
  if (error instanceof SdkError) return ofSdkCode(error, message);
  return describeSdkError(error);
}

function ofSdkCode(error: SdkError, message: string): SdkFailure {
  const detail = error.code;
  // Why a request could not be sent, or a version not be negotiated, often is that nothing answers there.
  if (error.cause instanceof Error) {
    const reason = describeModernError(error.cause);
    if (reason.failure !== 'protocol') return { ...reason, message };
  }
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return { failure: 'timeout', message, sent: true, lost: false, detail };
    case SdkErrorCode.NotConnected:
    case SdkErrorCode.NotInitialized:
      return { failure: 'connection', message, sent: false, lost: true, detail };
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.SendFailed:
      return { failure: 'connection', message, sent: true, lost: true, detail };
    default:
      return { failure: 'protocol', message, sent: true, lost: false, detail };
  }
}

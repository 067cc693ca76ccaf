// What is waited for is there in milliseconds; the second that Testing Library gives it is too little on a busy machine.
require('@testing-library/react').configure({ asyncUtilTimeout: 20_000 });

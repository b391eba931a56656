// Types for this front end's own documents, those in its sources.
import { configure } from '@fabrica/client/codegen';

export default configure({ documents: ['*.ts', '!generated/**'], output: './generated/' });
